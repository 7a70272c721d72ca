import { type Assumption, type AssumptionName, assumptions } from "../assumptions";
import type { ProgramDescription } from "../description/program";
import type { Random, Stream } from "../../support/simulation/random";
import type { Simulation } from "../../support/simulation/simulation";
import { markOf } from "../../support/simulation/trace";
import type { Happening, Kind } from "./happenings";
import { createHooks } from "./hooks";
import type { Network } from "./network";

/** An assumption with its own stream. */
interface Draw {
  assumption: Assumption;
  stream: Stream;
}

interface Watching {
  watcher: (happening: Happening) => void;
  kinds: readonly Kind[] | undefined;
}

interface Told {
  /** What the trace mixes of the kind. */
  mark: number;
  watchers: readonly Watching["watcher"][];
}

/** What every simulated service shares: time, chance, the program, the network, who watches. */
export class Base {
  /** Where faults reach in. */
  readonly hooks = createHooks();
  private readonly watchers: Watching[] = [];
  /** Who is told of a kind, in the order of asking; found anew after somebody asked. */
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
    this.simulation.after(this.draw(name), fire);
  }

  /** Every `periodMs`, for the first time `phaseMs` after the world began. */
  every(phaseMs: number, periodMs: number, fire: () => void): void {
    this.simulation.every(this.simulation.startMs + phaseMs, periodMs, fire);
  }

  /** @param kinds what the watcher is told of; everything that happens unless given */
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
