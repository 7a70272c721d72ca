import { type Assumption, type AssumptionName, assumptions } from "../assumptions";
import type { ProgramDescription } from "../description/program";
import type { Random, Stream } from "../../support/simulation/random";
import type { Simulation } from "../../support/simulation/simulation";
import { markOf } from "../../support/simulation/trace";
import type { Happening, Kind } from "./happenings";
import { createHooks } from "./hooks";
import type { Network } from "./network";

/** An assumption with a random stream of its own. */
interface Draw {
  assumption: Assumption;
  stream: Stream;
}

interface Watching {
  watcher: (happening: Happening) => void;
  kinds: readonly Kind[] | undefined;
}

interface Told {
  /** The number that stands for the kind in the trace's hash. */
  mark: number;
  watchers: readonly Watching["watcher"][];
}

/**
 * What all simulated services share: time, randomness, the program, the network and the watchers.
 */
export class Base {
  /** The hooks that faults use. */
  readonly hooks = createHooks();
  /** By how much the clock of a region's functions is ahead; below zero if it is behind. */
  readonly clockAheadMs = new Map<string, number>();
  /** As a fault: regions whose names the other regions cannot resolve. */
  readonly regionsWithoutNames = new Set<string>();
  private readonly watchers: Watching[] = [];
  /**
   * The watchers of each kind, in the order of registration. The list is rebuilt after a
   * registration.
   */
  private readonly told = new Map<Kind, Told>();
  private readonly draws = new Map<AssumptionName, Draw>();

  constructor(
    readonly simulation: Simulation,
    readonly random: Random,
    readonly program: ProgramDescription,
    readonly network: Network,
  ) {}

  get nowMs(): number {
    return this.simulation.nowMs;
  }

  /** The time that a region's functions read. */
  clockMs(region: string): number {
    return Math.floor(this.nowMs + (this.clockAheadMs.get(region) ?? 0));
  }

  /** Draws a value from the assumption's own random stream. */
  draw(name: AssumptionName): number {
    let known = this.draws.get(name);
    if (known === undefined) {
      known = { assumption: assumptions[name], stream: this.random.stream(name) };
      this.draws.set(name, known);
    }
    return known.assumption.draw(known.stream);
  }

  /** Calls `fire` after a delay that is drawn from an assumption in milliseconds. */
  afterDraw(name: AssumptionName, fire: () => void): void {
    this.simulation.after(this.draw(name), fire);
  }

  /** Calls `fire` every `periodMs`, first `phaseMs` after the world began. */
  every(phaseMs: number, periodMs: number, fire: () => void): void {
    this.simulation.every(this.simulation.startMs + phaseMs, periodMs, fire);
  }

  /** @param kinds the kinds of event that the watcher receives; all by default */
  watch(watcher: (happening: Happening) => void, kinds?: readonly Kind[]): void {
    this.watchers.push({ watcher, kinds });
    this.told.clear();
  }

  happened(happening: Happening): void {
    const { kind } = happening;
    const { mark, watchers } = this.told.get(kind) ?? this.toldOf(kind);
    this.simulation.trace.mix(mark);
    for (const watcher of watchers) watcher(happening);
  }

  private toldOf(kind: Kind): Told {
    const asked = this.watchers.filter(({ kinds }) => kinds === undefined || kinds.includes(kind));
    const found = { mark: markOf(kind), watchers: asked.map(({ watcher }) => watcher) };
    this.told.set(kind, found);
    return found;
  }
}
