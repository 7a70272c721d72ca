import { type Control, LOOK_SLOT_SECONDS } from "../shipped";
import type { Asked, Happening } from "../world/happenings";
import type { World } from "../world/world";
import { regionInDns } from "./healing";
import type { OrderBook } from "./orderBook";
import { controlIn } from "./ledgerItems";

/** How a section of a lane is drawn. */
export type LaneState = "home" | "standby" | "bad" | "some" | "moving" | "fault";

/** Times in seconds from the fault. */
export interface Span {
  from: number;
  to: number;
  state: LaneState;
  text: string;
}

export interface Lane {
  name: string;
  spans: readonly Span[];
  marks: readonly { at: number; text: string }[];
}

/** The data for a picture of one outage; times in seconds from the fault. */
export interface Recording {
  from: number;
  to: number;
  lanes: readonly Lane[];
  openOrders: readonly (readonly [at: number, orders: number])[];
}

const BIN_MS = LOOK_SLOT_SECONDS * 1000;
const SAMPLE_MS = 5_000;

/** A lane of consecutive sections: each new one ends the one before. */
class Stretches {
  readonly spans: Span[] = [];
  readonly marks: { at: number; text: string }[] = [];

  constructor(readonly name: string) {}

  /** Begins a section, or with no state only ends the current one. */
  turn(atMs: number, state?: LaneState, text = ""): void {
    const last = this.spans.at(-1);
    if (last !== undefined && last.to === Infinity) {
      if (last.state === state && last.text === text) return;
      last.to = atMs;
    }
    if (state !== undefined) this.spans.push({ from: atMs, to: Infinity, state, text });
  }

  mark(at: number, text: string): void {
    this.marks.push({ at, text });
  }
}

/** Records one outage for a picture. It does not influence the outage. */
export class Recorder {
  private readonly dns = new Stretches("DNS answers");
  private readonly orchestrator = new Stretches("orchestrator");
  private readonly aurora = new Stretches("Aurora's writer");
  private readonly queues = new Stretches("queues");
  private readonly faults: Span[] = [];
  private readonly asked: Asked[] = [];
  private readonly open = new Set<string>();
  private readonly openOrders: (readonly [number, number])[] = [];

  constructor(
    private readonly world: World,
    private readonly book: OrderBook,
    private readonly ledgerTable: string,
  ) {
    const { simulation, program } = world.base;
    world.base.watch((happening) => this.note(happening));
    this.dns.turn(simulation.nowMs, this.stateOf(regionInDns(world)), regionInDns(world));
    this.aurora.turn(simulation.nowMs, "home", program.homeRegion);
    this.turnControl(controlIn(world, ledgerTable));
    simulation.every(simulation.nowMs, SAMPLE_MS, () => this.sample());
  }

  /** The lanes from the start of the world until now. */
  finish(faultMs: number): Recording {
    const { nowMs, simulation, program } = this.world.base;
    const seconds = (atMs: number): number =>
      Math.round((Math.min(atMs, nowMs) - faultMs) / 100) / 10;
    const lane = ({ name, spans, marks }: Lane): Lane => ({
      name,
      spans: spans.map((span) => ({ ...span, from: seconds(span.from), to: seconds(span.to) })),
      marks: marks.map(({ at, text }) => ({ at: seconds(at), text })),
    });
    const { homeRegion: home, standbyRegion: standby } = program;
    const lanes: Lane[] = [
      { name: "faults", spans: this.faults, marks: [] },
      { name: "clients' orders", spans: this.clientSpans(), marks: [] },
      this.dns,
      { name: "home API, probed", spans: this.probeSpans(home, "GET"), marks: [] },
      { name: "standby API, probed", spans: this.probeSpans(standby, "GET"), marks: [] },
      { name: "sentinel's canary orders", spans: this.probeSpans(home, "POST"), marks: [] },
      this.orchestrator,
      this.aurora,
      this.queues,
    ];
    return {
      from: seconds(simulation.startMs),
      to: seconds(nowMs),
      lanes: lanes.map(lane),
      openOrders: this.openOrders.map(([atMs, orders]) => [seconds(atMs), orders]),
    };
  }

  private note(happening: Happening): void {
    const { nowMs } = this.world.base;
    switch (happening.kind) {
      case "fault begins":
        this.faults.push({ from: nowMs, to: Infinity, state: "fault", text: happening.name });
        return;
      case "fault ends": {
        const fault = this.faults.find(
          ({ text, to }) => text === happening.name && to === Infinity,
        );
        if (fault !== undefined) fault.to = nowMs;
        return;
      }
      case "dns": {
        const region = regionInDns(this.world);
        return this.dns.turn(nowMs, this.stateOf(region), region);
      }
      case "asked":
        this.asked.push(happening.asked);
        return;
      case "control written":
      case "ledger written":
        if (happening.table === this.ledgerTable) this.written(happening.pk, happening.item);
        return;
      case "failover called":
      case "switchover called":
        return this.aurora.turn(nowMs, "moving", `${happening.kind}, to ${happening.region}`);
      case "writer moved":
        return this.aurora.turn(nowMs, this.stateOf(happening.region), happening.region);
      case "volume rebuilt":
        return this.aurora.mark(nowMs, `${happening.region} is rebuilt as a reader`);
      case "published":
        return this.orchestrator.mark(nowMs, `told: ${happening.subject}`);
      default:
    }
  }

  private written(pk: string, item: Readonly<Record<string, unknown>> | undefined): void {
    if (pk === "control") return this.turnControl(item as Control | undefined);
    if (!pk.startsWith("order#")) return;
    if (String(item?.["shard"]).startsWith("open#")) this.open.add(pk);
    else this.open.delete(pk);
  }

  private turnControl(control: Control | undefined): void {
    if (control === undefined) return;
    const { active, target, epoch } = control;
    const { nowMs } = this.world.base;
    if (target === null) {
      this.orchestrator.turn(nowMs, this.stateOf(active ?? undefined), `${active}, epoch ${epoch}`);
    } else this.orchestrator.turn(nowMs, "moving", `on the way to ${target}, epoch ${epoch}`);
  }

  private sample(): void {
    const { nowMs, program } = this.world.base;
    this.openOrders.push([nowMs, this.open.size]);
    const depths = program.queues
      .map(({ region, url }) => ({ region, depth: this.world.sqs.depth(url) }))
      .filter(({ depth }) => depth > 0);
    if (depths.length === 0) return this.queues.turn(nowMs);
    const text = depths.map(({ region, depth }) => `${depth} in ${region}`).join(", ");
    this.queues.turn(nowMs, this.stateOf(depths[0]!.region), text);
  }

  private stateOf(region: string | undefined): LaneState {
    return region === this.world.base.program.homeRegion ? "home" : "standby";
  }

  /** Orders by the time they were placed, with the share that succeeded at the first attempt. */
  private clientSpans(): Span[] {
    return spansOf(
      this.book.orders.map(({ placedAtMs, firstStatus, acceptedIn }) => ({
        atMs: placedAtMs,
        isGood: firstStatus === 202,
        state: this.stateOf(acceptedIn ?? undefined),
      })),
      "accepted at once",
    );
  }

  private probeSpans(region: string, method: string): Span[] {
    const { standbyRegion } = this.world.base.program;
    const probes = this.asked.filter(
      (each) =>
        each.from === standbyRegion && each.method === method && each.url.includes(`.${region}.`),
    );
    return spansOf(
      probes.map(({ atMs, status }) => ({
        atMs,
        isGood: status !== undefined && status < 500,
        state: this.stateOf(region),
      })),
      "answered well",
    );
  }
}

/** Merges neighbouring slots with equal results into one section. */
function spansOf(
  attempts: readonly { atMs: number; isGood: boolean; state: LaneState }[],
  what: string,
): Span[] {
  const bins = new Map<number, { good: number; all: number; state: LaneState }>();
  for (const { atMs, isGood, state } of attempts) {
    const number = Math.floor(atMs / BIN_MS);
    const bin = bins.get(number) ?? { good: 0, all: 0, state };
    bins.set(number, bin);
    bin.all++;
    if (isGood) [bin.good, bin.state] = [bin.good + 1, state];
  }
  const stretches = new Stretches(what);
  let endMs = -Infinity;
  for (const [number, { good, all, state }] of [...bins].sort(([a], [b]) => a - b)) {
    const fromMs = number * BIN_MS;
    if (fromMs > endMs) stretches.turn(endMs);
    if (good === all) stretches.turn(fromMs, state, `all ${what}`);
    else if (good === 0) stretches.turn(fromMs, "bad", `none ${what}`);
    else stretches.turn(fromMs, "some", `some ${what}`);
    endMs = fromMs + BIN_MS;
  }
  stretches.turn(endMs);
  return stretches.spans;
}
