import type { Invocation as Context } from "../shipped";
import type { FunctionDescription } from "../description/functions";
import type { Cancel, Simulation } from "../../support/simulation/simulation";
import type { Environment, Outcome } from "./environment";

/** A function and its execution environments. */
export class FunctionState {
  readonly environments = new Set<Environment>();
  readonly idle: Environment[] = [];
  busy = 0;
  /** Invocations that have ended, and those of them that failed, as Lambda counts them. */
  readonly counts = { invocations: 0, errors: 0 };

  constructor(readonly description: FunctionDescription) {}
}

/** Receives the outcome, and the environment unless a throttle refused the invocation. */
export type Done = (outcome: Outcome, by?: Environment) => void;

/** Receives the outcome of an invocation. */
interface Host {
  ended(invocation: Invocation, outcome: Outcome): void;
}

/** One invocation: its handler's context, its timeout, and its end, which occurs once. */
export class Invocation implements Context {
  private readonly deadlineMs: number;
  private readonly cancelTimeout: Cancel;

  constructor(
    private readonly host: Host,
    private readonly simulation: Simulation,
    readonly state: FunctionState,
    readonly environment: Environment,
    readonly awsRequestId: string,
    readonly done: Done,
  ) {
    const { timeoutMs } = state.description;
    this.deadlineMs = simulation.nowMs + timeoutMs;
    this.cancelTimeout = simulation.after(timeoutMs, () =>
      this.end({ how: "timed out", reason: `Task timed out after ${timeoutMs} ms` }),
    );
  }

  getRemainingTimeInMillis(): number {
    return this.deadlineMs - this.simulation.nowMs;
  }

  /** An invocation in a dead environment has no result. */
  end(outcome: Outcome): void {
    const { environment } = this;
    if (environment.isDead || environment.invocation !== this) return;
    this.cancelTimeout();
    environment.invocation = undefined;
    this.host.ended(this, outcome);
  }
}
