import { type Control, SWEEP_QUEUE_DEPTH_MAX } from "../shipped";
import type { Environment } from "../world/environment";
import type { Happening } from "../world/happenings";
import type { Call } from "../world/hooks";
import type { Busy } from "../world/rds";
import type { World } from "../world/world";
import { type ActingCall, actingCall, actingCalls } from "./faults/crashes";
import { type TriggerPath, pathOf } from "./faults/triggers";
import { automaticFence } from "./promises/decisions";
import { regionInDns } from "./healing";
import { hintsHeld } from "./hintsHeld";
import { mains } from "./faultGroups";
import { controlIn } from "./ledgerItems";

/** An orchestrator that was frozen for at least this long acts on a stale observation. */
const FROZEN_MS = 100_000;
/** A replication lag that would lose a minute of orders in a design without a ledger. */
const LONG_LAG_MS = 60_000;

/** Situations that matter. A batch in which one never occurred proves nothing about it. */
export const counterNames = [
  ...actingCalls.map((call) => `killed after ${call}` as const),
  "fence by the sentinel's call",
  "fence by the alarm",
  "fence by the tick",
  "sign: home lost",
  "sign: home flapping",
  "sign: settling stopped",
  "sign: accepting stopped",
  "promotion refused, then accepted",
  "two orchestrators under one target",
  "write of the control item came too late",
  "orchestrator frozen while others went on",
  "orchestrator timed out",
  "duplicate and late events inside a failover",
  "function frozen before its commit",
  "frozen before its commit, committed after a later fence",
  "batch committed after a later fence",
  "rows lost by a promotion",
  "lag above 60 s at the fault",
  "lag above 60 s at the fence",
  "order settled again in a later epoch",
  "order accepted in the standby before activation",
  "flap below the threshold",
  "fault during a failover",
  "fault during a failback",
  "fault during a deployment",
  "failback completed",
  "orchestrator killed in a failback",
  "RDS at home down in a failback",
  "operator's failover",
  "takeover called off",
  "disarmed",
  "operators paged",
  "operators paged: standby not ready",
  "fence while the standby is backed up",
  "operators told of failing orders",
  "region rebuilt as a reader",
  "home without the ledger, yet answering",
  "home returned with a stale health handler",
  "second region lost",
  "standby away while home fails",
  "concurrency taken at home",
  "failover into a crowded region",
  "sweep met a deep queue",
  "DNS followed the latch",
  "DNS followed home's health check",
] as const;
export type CounterName = (typeof counterNames)[number];
export type Counters = Partial<Record<CounterName, number>>;

/** The sums over several outages. */
export function merged(all: readonly Counters[]): Counters {
  const sum: Counters = {};
  for (const counters of all) {
    for (const name of counterNames) {
      if (counters[name] !== undefined) sum[name] = (sum[name] ?? 0) + counters[name];
    }
  }
  return sum;
}

/** Counters that are still zero. */
export function uncovered(counters: Counters): CounterName[] {
  return counterNames.filter((name) => (counters[name] ?? 0) === 0);
}

const paths: Record<TriggerPath, CounterName> = {
  sentinel: "fence by the sentinel's call",
  alarm: "fence by the alarm",
  tick: "fence by the tick",
};

const mainNames: ReadonlySet<string> = new Set(mains.map(({ name }) => name));

type Written = Extract<Happening, { pk: string }>;

const isOrchestrator = (functionName: string): boolean => functionName.includes("orchestrator");

/** Watches one outage and counts the situations in it. */
export class Coverage {
  readonly counters: Counters = {};
  private control: Control | undefined;
  private lastPut: unknown;
  private actors = new Set<Environment>();
  private frozenUntilMs = 0;
  private readonly active = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly ledgerTable: string,
  ) {
    world.base.watch((happening) => this.note(happening));
    world.base.hooks.call.add((call) => void this.called(call));
  }

  private count(name: CounterName): void {
    this.counters[name] = (this.counters[name] ?? 0) + 1;
  }

  private called(call: Call): void {
    const { stem } = call.environment.description;
    if (stem === "settlementSweep" && call.command === "GetQueueAttributesCommand") {
      const depth = hintsHeld(this.world, call.environment);
      if (depth > SWEEP_QUEUE_DEPTH_MAX) this.count("sweep met a deep queue");
    }
    if (stem !== "failoverOrchestrator") return;
    const act = actingCall(call);
    if (act === undefined) return;
    this.control ??= controlIn(this.world, this.ledgerTable);
    if (this.control === undefined) return;
    this.lastPut = call.environment.payload;
    if (act === "activate" || act === "promote") {
      this.actors.add(call.environment);
      if (this.actors.size === 2) this.count("two orchestrators under one target");
    }
    const version = (call.input["Item"] as { version?: number } | undefined)?.version;
    if (version !== undefined && version <= this.control.version) {
      this.count("write of the control item came too late");
    }
  }

  private note(happening: Happening): void {
    switch (happening.kind) {
      case "killed":
        if (this.active.has("failback killed")) this.count("orchestrator killed in a failback");
        return this.count(`killed after ${happening.after as ActingCall}`);
      case "frozen":
        if (happening.stem === "orderProcessor") this.count("function frozen before its commit");
        else this.frozenUntilMs = this.world.base.nowMs + FROZEN_MS;
        return;
      case "ledger written":
        return this.orderWritten(happening);
      case "control written":
        if (happening.table === this.ledgerTable) this.controlWritten(happening);
        return;
      case "rows committed":
        return this.committed(happening.rows);
      case "writer moved":
        if (happening.rowsLost > 0) this.count("rows lost by a promotion");
        return;
      case "failover called":
        if (this.active.has("standby crowded")) this.count("failover into a crowded region");
        if (this.active.has("promotion refused")) this.count("promotion refused, then accepted");
        if (this.active.has("triggers disturbed")) {
          this.count("duplicate and late events inside a failover");
        }
        return;
      case "volume rebuilt":
        return this.count("region rebuilt as a reader");
      case "alarm":
        if (happening.state === "ALARM" && happening.name.includes("orders-failing")) {
          this.count("operators told of failing orders");
        }
        return;
      case "throttled":
        if (this.isHome(happening.region)) this.count("concurrency taken at home");
        return;
      case "invocation failed":
        if (isOrchestrator(happening.functionName) && happening.reason.startsWith("Task timed")) {
          this.count("orchestrator timed out");
        }
        return;
      case "published":
        if (happening.subject === "an operator must decide") this.paged();
        return;
      case "ledger blocked":
        if (this.isHome(happening.region) && !this.world.base.network.isLost(happening.region)) {
          this.count("home without the ledger, yet answering");
        }
        return;
      case "dns":
        return this.dns();
      case "fault begins":
        return this.began(happening.name);
      case "fault ends":
        this.active.delete(happening.name);
        return;
      default:
    }
  }

  private paged(): void {
    this.count("operators paged");
    if (this.standbyBusyWith() === "maintenance") this.count("operators paged: standby not ready");
  }

  private standbyBusyWith(): Busy | undefined {
    return this.world.rds.busy.get(this.world.base.program.standbyRegion);
  }

  private isHome(region: string): boolean {
    return region === this.world.base.program.homeRegion;
  }

  private began(name: string): void {
    const { control } = this;
    const { standbyRegion, homeRegion } = this.world.base.program;
    if (this.active.has("deployment")) this.count("fault during a deployment");
    if (control?.target === standbyRegion) this.count("fault during a failover");
    if (control?.target === homeRegion && control.how === "switchover") {
      this.count("fault during a failback");
    }
    if (name === "flapping below the threshold") this.count("flap below the threshold");
    if (name === "second region lost") this.count("second region lost");
    if (name === "stale health") this.count("home returned with a stale health handler");
    if (mainNames.has(name)) {
      if (this.world.aurora.lagMs > LONG_LAG_MS) this.count("lag above 60 s at the fault");
      if (this.world.base.network.isLost(standbyRegion))
        this.count("standby away while home fails");
    }
    this.active.add(name);
    const isEither = name === "failback" || name === "RDS down at home";
    const isBoth = this.active.has("failback") && this.active.has("RDS down at home");
    if (isBoth && isEither) this.count("RDS at home down in a failback");
  }

  private orderWritten({ pk, item, before }: Written): void {
    // Sessions are stored in another table.
    if (!pk.startsWith("order#")) return;
    const { standbyRegion } = this.world.base.program;
    const epoch = before?.["settledEpoch"] as number | undefined;
    if (epoch !== undefined && Number(item?.["settledEpoch"]) > epoch) {
      this.count("order settled again in a later epoch");
    }
    const isNew = before === undefined && item?.["acceptedIn"] === standbyRegion;
    if (isNew && this.control?.target === standbyRegion) {
      this.count("order accepted in the standby before activation");
    }
  }

  private controlWritten(happening: Written): void {
    const { standbyRegion } = this.world.base.program;
    if (happening.item === undefined) return;
    const control = happening.item as unknown as Control;
    if (this.world.base.nowMs < this.frozenUntilMs) {
      this.count("orchestrator frozen while others went on");
    }
    if (control.disarmedUntilMs > this.world.base.nowMs) this.count("disarmed");
    if (control.epoch !== this.control?.epoch) this.actors.clear();
    const fence = automaticFence(happening);
    if (fence !== undefined) this.fenced(fence.after);
    else if (control.epoch !== this.control?.epoch && control.reason === "operator: failover") {
      this.count("operator's failover");
    }
    if (this.isHome(control.target ?? "") && this.control?.target === standbyRegion) {
      this.count("takeover called off");
    }
    const isBack = this.isHome(control.active ?? "") && this.control?.active === null;
    if (isBack && control.how === "switchover") this.count("failback completed");
    this.control = control;
  }

  private fenced({ reason }: Control): void {
    const path = pathOf(this.lastPut);
    if (path !== undefined) this.count(paths[path]);
    const sign = `sign: ${reason}` as CounterName;
    if (counterNames.includes(sign)) this.count(sign);
    if (this.world.aurora.lagMs > LONG_LAG_MS) this.count("lag above 60 s at the fence");
    if (this.standbyBusyWith() === "backing-up") this.count("fence while the standby is backed up");
  }

  private committed(rows: readonly { epoch: number }[]): void {
    const present = this.control?.epoch ?? 0;
    if (!rows.some(({ epoch }) => epoch < present)) return;
    this.count("batch committed after a later fence");
    if (this.active.has("processor stale")) {
      this.count("frozen before its commit, committed after a later fence");
    }
  }

  private dns(): void {
    if (regionInDns(this.world) !== this.world.base.program.standbyRegion) return;
    for (const { id, endpoint } of this.world.base.program.healthChecks) {
      if (endpoint === undefined || this.world.route53.isHealthy(id)) continue;
      const isLatch = endpoint.path.includes("failover-latch");
      this.count(isLatch ? "DNS followed the latch" : "DNS followed home's health check");
    }
  }
}
