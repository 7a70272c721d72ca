import { SOCKET_IDLE_MAX_MS } from "../shipped";
import type { FunctionDescription } from "../description/functions";
import { fixedAssumptions, toMs } from "../fixedAssumptions";
import type { Base } from "./base";

/** Called once the environment has a connection, or with the reason why it has none. */
export type Connected = (error?: Error) => void;

const LOOKUP_GIVES_UP_MS = toMs(fixedAssumptions.lookupGivesUpSeconds.value);

/**
 * The connections of one execution environment, as `lambda/entry` keeps them. A new connection
 * resolves its name, which occupies one of the environment's threads for lookups. Concurrent lookups
 * of one name share a thread.
 */
export class Sockets {
  /** When each idle connection was used last, by name. */
  private readonly idle = new Map<string, number[]>();
  private readonly lookups = new Map<string, Connected[]>();
  private readonly waitingNames: string[] = [];
  private busyThreads = 0;

  constructor(
    private readonly base: Base,
    private readonly description: FunctionDescription,
  ) {}

  /** Takes an idle connection to the name, or opens a new one. */
  reuse(name: string, connected: Connected): void {
    const idle = this.idle.get(name);
    const sinceMs = idle?.pop();
    if (sinceMs !== undefined && this.base.nowMs - sinceMs <= SOCKET_IDLE_MAX_MS) {
      return connected();
    }
    if (idle !== undefined) idle.length = 0;
    this.open(name, connected);
  }

  /** Keeps a connection on which an answer has arrived. */
  keep(name: string): void {
    const idle = this.idle.get(name);
    if (idle === undefined) this.idle.set(name, [this.base.nowMs]);
    else idle.push(this.base.nowMs);
  }

  /** Opens a connection. While all names resolve, that is a part of the latency. */
  open(name: string, connected: Connected): void {
    if (this.base.regionsWithoutNames.size === 0 && this.busyThreads === 0) return connected();
    const sharing = this.lookups.get(name);
    if (sharing !== undefined) return void sharing.push(connected);
    this.lookups.set(name, [connected]);
    this.waitingNames.push(name);
    this.lookUp();
  }

  private lookUp(): void {
    while (this.busyThreads < this.description.lookupThreads && this.waitingNames.length > 0) {
      const name = this.waitingNames.shift()!;
      const hangs = this.hangs(name);
      this.busyThreads++;
      this.base.simulation.after(hangs ? LOOKUP_GIVES_UP_MS : 0, () => {
        this.busyThreads--;
        const callers = this.lookups.get(name) ?? [];
        this.lookups.delete(name);
        const error = hangs ? new Error(`getaddrinfo EAI_AGAIN ${name}`) : undefined;
        for (const connected of callers) connected(error);
        this.lookUp();
      });
    }
  }

  /** A region's names hang in all other regions. */
  private hangs(name: string): boolean {
    const { region: own } = this.description;
    return [...this.base.regionsWithoutNames].some(
      (region) => region !== own && name.includes(`.${region}`),
    );
  }
}
