import { type Assumption, type AssumptionName, assumptions } from "../assumptions";
import type { ProgramDescription } from "../description/program";
import type { Random, Stream } from "../engine/random";
import type { Simulation } from "../engine/simulation";
import type { Happening } from "./happenings";
import { createHooks } from "./hooks";
import type { Network } from "./network";

type Watcher = (happening: Happening) => void;
type Kinds = readonly Happening["kind"][];

/** An assumption with its own stream. */
interface Draw {
  assumption: Assumption;
  stream: Stream;
}

/** What every simulated service shares: time, chance, the program, the network, who watches. */
export class Base {
  /** Where faults reach in. */
  readonly hooks = createHooks();
  private readonly watchers: { kinds: Kinds | undefined; watcher: Watcher }[] = [];
  /** Those of each kind, in order of asking. */
  private readonly byKind = new Map<Happening["kind"], Watcher[]>();
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

  /** @param kinds those the watcher wants to see; all of them unless given. */
  watch(watcher: Watcher, kinds?: Kinds): void {
    this.watchers.push({ kinds, watcher });
    this.byKind.clear();
  }

  happened(happening: Happening): void {
    this.simulation.trace.mixText(happening.kind);
    for (const watcher of this.watchersOf(happening.kind)) watcher(happening);
  }

  private watchersOf(kind: Happening["kind"]): readonly Watcher[] {
    let found = this.byKind.get(kind);
    if (found === undefined) {
      const seeing = this.watchers.filter(
        ({ kinds }) => kinds === undefined || kinds.includes(kind),
      );
      this.byKind.set(kind, (found = seeing.map(({ watcher }) => watcher)));
    }
    return found;
  }
}
