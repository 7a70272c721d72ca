import type { Invocation as Context, Runtime } from "../../lambda/runtime/runtime";
import type { FunctionDescription } from "../description/functions";
import type { Simulation } from "../../support/simulation/simulation";
import type { Invocation } from "./invocation";
import type { Asked } from "./service";

export type Handler = (event: unknown, context: Context) => Promise<unknown>;
/** What a function is handed: a handler its clients, a canary new ids as well. */
export type Handed = Runtime & { newId: () => string };
/** What lets code continue, and with which value. */
interface Delivery<Value> {
  run: (value: Value) => void;
  value: Value;
}

/** `create<Stem>` of lambda/: the closure it returns is one execution environment. */
export type HandlerFactory = (runtime: Handed) => Handler;

/**
 * One execution environment of a function. Between invocations, and while frozen by a fault, its
 * code stands still: answers and timers that come due wait for it. Dead, it never continues.
 */
export class Environment {
  /** The one under way. */
  invocation: Invocation | undefined;
  isDead = false;
  idleSinceMs = 0;
  handler: Handler | undefined;
  /** What the present invocation was started with. */
  payload: unknown;
  /** What its role was found to allow, of what is asked with the same array each time. */
  readonly allowed = new Set<Asked>();
  /** How often a fault has frozen it. */
  freezes = 0;
  private isFrozen = false;
  private backlog: Delivery<never>[] = [];

  constructor(
    readonly description: FunctionDescription,
    private readonly simulation: Simulation,
  ) {}

  /** Lets the environment's code continue with an answer or a timer: now, later or never. */
  deliver(run: () => void): void;
  deliver<Value>(run: (value: Value) => void, value: Value): void;
  deliver(run: (value: never) => void, value?: never): void {
    if (this.isDead) return;
    if (this.invocation === undefined || this.isFrozen) {
      this.backlog.push({ run, value: value! });
      return;
    }
    this.simulation.continued();
    run(value!);
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
    for (const { run, value } of waiting) this.deliver(run, value);
  }

  kill(): void {
    this.isDead = true;
    this.backlog = [];
    this.handler = undefined;
  }
}
