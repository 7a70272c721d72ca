import { type Assumption, type AssumptionName, assumptions } from "../assumptions";
import type { ProgramDescription } from "../description/program";
import type { Random, Stream } from "../engine/random";
import type { Simulation } from "../engine/simulation";
import type { Happening } from "./happenings";
import { createHooks } from "./hooks";
import type { Network } from "./network";

/** An assumption with its own stream. */
interface Draw {
  assumption: Assumption;
  stream: Stream;
}

/** What every simulated service shares: time, chance, the program, the network, who watches. */
export class Base {
  /** Where faults reach in. */
  readonly hooks = createHooks();
  private readonly watchers: ((happening: Happening) => void)[] = [];
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

  /** Draws from an assumption's own stream. */
  draw(name: AssumptionName): number {
    let known = this.draws.get(name);
    if (known === undefined) {
      known = { assumption: assumptions[name], stream: this.random.stream(name) };
      this.draws.set(name, known);
    }
    return known.assumption.draw(known.stream);
  }

  /** Calls `fire` after a delay drawn from an assumption in milliseconds. */
  afterDraw(name: AssumptionName, fire: () => void): void {
    this.simulation.post(this.draw(name), fire);
  }

  /** Every `periodMs`, for the first time `phaseMs` after the world began. */
  every(phaseMs: number, periodMs: number, fire: () => void): void {
    this.simulation.every(this.simulation.startMs + phaseMs, periodMs, fire);
  }

  watch(watcher: (happening: Happening) => void): void {
    this.watchers.push(watcher);
  }

  happened(happening: Happening): void {
    this.simulation.trace.mixText(happening.kind);
    for (const watcher of this.watchers) watcher(happening);
  }
}
