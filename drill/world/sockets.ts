import { SOCKET_IDLE_MAX_MS, type Share } from "../shipped";
import type { FunctionDescription } from "../description/functions";
import { fixedAssumptions, toMs } from "../fixedAssumptions";
import type { Simulation } from "../../support/simulation/simulation";

/** Called once the environment has a connection, or with the reason why it has none. */
export type Connected = (error?: Error) => void;

/** What an environment needs of the world around it. */
export interface Surroundings {
  readonly simulation: Simulation;
  /** As a fault: regions whose names the other regions cannot resolve. */
  readonly regionsWithoutNames: ReadonlySet<string>;
}

interface Lookup {
  readonly name: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const LOOKUP_GIVES_UP_MS = toMs(fixedAssumptions.lookupGivesUpSeconds.value);

/**
 * The connections of one execution environment, as `lambda/entry` keeps them. A new connection
 * resolves its name, which occupies one of the environment's threads for lookups.
 */
export class Sockets {
  /** When each idle connection was used last, by name. */
  private readonly idle = new Map<string, number[]>();
  private readonly waiting: Lookup[] = [];
  private busyThreads = 0;
  /** As the function's entry sets it. */
  share: Share<void> = (_, call) => call();

  constructor(
    private readonly world: Surroundings,
    private readonly description: FunctionDescription,
  ) {}

  /** Takes an idle connection to the name, or opens a new one. */
  reuse(name: string, connected: Connected): void {
    const idle = this.idle.get(name);
    const sinceMs = idle?.pop();
    if (sinceMs !== undefined && this.world.simulation.nowMs - sinceMs <= SOCKET_IDLE_MAX_MS) {
      return connected();
    }
    if (idle !== undefined) idle.length = 0;
    this.open(name, connected);
  }

  /** Keeps a connection on which an answer has arrived. */
  keep(name: string): void {
    const idle = this.idle.get(name);
    if (idle === undefined) this.idle.set(name, [this.world.simulation.nowMs]);
    else idle.push(this.world.simulation.nowMs);
  }

  /** Opens a connection. While all names resolve, that is a part of the latency. */
  open(name: string, connected: Connected): void {
    if (this.world.regionsWithoutNames.size === 0 && this.busyThreads === 0) return connected();
    this.share(name, () => this.resolved(name)).then(() => connected(), connected);
  }

  private resolved(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ name, resolve, reject });
      this.lookUp();
    });
  }

  private lookUp(): void {
    while (this.busyThreads < this.description.lookupThreads && this.waiting.length > 0) {
      const { name, resolve, reject } = this.waiting.shift()!;
      const hangs = this.hangs(name);
      this.busyThreads++;
      this.world.simulation.after(hangs ? LOOKUP_GIVES_UP_MS : 0, () => {
        this.busyThreads--;
        this.world.simulation.continued();
        if (hangs) reject(new Error(`getaddrinfo EAI_AGAIN ${name}`));
        else resolve();
        this.lookUp();
      });
    }
  }

  /** A region's names hang in all other regions. */
  private hangs(name: string): boolean {
    const { region: own } = this.description;
    return [...this.world.regionsWithoutNames].some(
      (region) => region !== own && name.includes(`.${region}`),
    );
  }
}
