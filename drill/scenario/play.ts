import type { World } from "../world/world";
import type { Clients } from "./clients";
import { type Role, type Stage } from "./faults";
import { Operators } from "./operators";
import type { Schedule, ScheduledFault } from "./schedule";

/** In an outage without faults, healing starts after this. */
const QUIET_SECONDS = 200;

/** Begins and ends the faults of a schedule in a world. */
export class Play implements Stage {
  readonly operators: Operators;
  /** When the last fault has ended. */
  readonly returnMs: number;
  private recoveryMs: number | undefined;
  private readonly mainMs: number;
  private readonly regions: Readonly<Record<Role, string>>;

  constructor(
    readonly world: World,
    readonly clients: Clients,
    readonly ledgerTable: string,
    schedule: Schedule,
  ) {
    const { program, nowMs: armedMs } = world.base;
    this.operators = new Operators(world);
    const strong = program.tables.find((table) => table.isStrong);
    this.regions = {
      home: program.homeRegion,
      standby: program.standbyRegion,
      witness: strong?.witnessRegion ?? "no witness",
    };
    const atMs = ({ atSeconds }: ScheduledFault): number => armedMs + atSeconds * 1000;
    const main = schedule.faults.find(({ fault }) => fault.failover === "must");
    const first = main ?? schedule.faults[0];
    this.mainMs = first === undefined ? armedMs + QUIET_SECONDS * 1000 : atMs(first);
    for (const each of schedule.faults) {
      world.base.simulation.at(atMs(each), () => this.begin(each));
      world.base.simulation.at(atMs(each) + each.forSeconds * 1000, () => this.end(each));
    }
    const ends = schedule.faults.map((each) => atMs(each) + each.forSeconds * 1000);
    this.returnMs = Math.max(this.mainMs, ...ends);
  }

  /** Recovery is measured from here: the fault, or the event that the takeover had to wait for. */
  get faultMs(): number {
    return Math.max(this.mainMs, this.recoveryMs ?? 0);
  }

  region = (role: Role | (string & {})): string => this.regions[role as Role] ?? role;

  recoveryBegins = (): void => {
    this.recoveryMs = this.world.base.nowMs;
  };

  private begin({ fault }: ScheduledFault): void {
    this.world.base.happened({ kind: "fault begins", name: fault.name });
    fault.begin(this);
  }

  private end({ fault }: ScheduledFault): void {
    this.world.base.happened({ kind: "fault ends", name: fault.name });
    fault.end(this);
  }
}
