import type { Invocation as Context, Runtime } from "../shipped";
import type { Simulation } from "../../support/simulation/simulation";
import type { FunctionDescription } from "../description/functions";

export type Handler = (event: unknown, context: Context) => Promise<unknown>;
/** What a function is handed: a handler its clients, a canary new ids as well. */
export type Handed = Runtime & { newId: () => string };

/** `create<Stem>` of lambda/: the closure it returns is one execution environment. */
export type HandlerFactory = (runtime: Handed) => Handler;

export type Outcome =
  | { how: "returned"; result: unknown }
  | { how: "failed" | "timed out" | "throttled"; reason: string };

/**
 * One execution environment of a function. Between invocations, and while a fault has frozen it,
 * its code stands still: answers and timers that come due wait for it. A dead one never continues.
 */
export class Environment {
  /** The invocation in progress. */
  invocation: { end(outcome: Outcome): void } | undefined;
  isDead = false;
  idleSinceMs = 0;
  handler: Handler | undefined;
  /** The event of the present invocation. */
  payload: unknown;
  /** How often a fault has frozen it. */
  freezes = 0;
  private isFrozen = false;
  private backlog: (() => void)[] = [];

  constructor(
    readonly description: FunctionDescription,
    private readonly simulation: Simulation,
  ) {}

  /** Lets the environment's code continue with an answer or a timer: now, later or never. */
  deliver(run: () => void): void {
    if (this.isDead) return;
    if (this.invocation === undefined || this.isFrozen) {
      this.backlog.push(run);
      return;
    }
    this.simulation.continued();
    run();
  }

  /** Ends the present invocation and this environment at once, as when its process dies. */
  crash(): void {
    this.invocation?.end({ how: "failed", reason: "Runtime exited" });
  }

  freeze(): void {
    this.freezes++;
    this.isFrozen = true;
  }

  thaw(): void {
    this.isFrozen = false;
    this.catchUp();
  }

  /** What came due while the code stood still reaches it when the next invocation starts. */
  catchUp(): void {
    const waiting = this.backlog;
    this.backlog = [];
    for (const run of waiting) this.deliver(run);
  }

  kill(): void {
    this.isDead = true;
    this.backlog = [];
    this.handler = undefined;
  }
}
