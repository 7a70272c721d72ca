import type { HttpAnswer } from "../shipped";
import type { FunctionDescription } from "../description/functions";
import type { Environment } from "./environment";
import type { Place } from "./network";
import type { Input } from "./awsService";

/** Hooks of one kind: each may answer, the first that does decides. */
export class Hooks<Question extends readonly unknown[], Answer> {
  private list: readonly ((...question: Question) => Answer | undefined)[] = [];

  /** @returns takes the hook away again. */
  add(hook: (...question: Question) => Answer | undefined): () => void {
    this.list = [...this.list, hook];
    return () => {
      this.list = this.list.filter((each) => each !== hook);
    };
  }

  ask(...question: Question): Answer | undefined {
    for (const hook of this.list) {
      const answer = hook(...question);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}

/** A call of a function to AWS. */
export interface Call {
  environment: Environment;
  service: string;
  region: string;
  command: string;
  input: Input;
}

/** `hang`: no answer ever. `die`: the work is done, the caller is killed. Freezing ends by itself. */
export type CallAnswer = "hang" | "die" | { error: Error } | { freezeMs: number };

/** What becomes of an HTTP request at an API: an answer of its own, none, or a later one. */
export type RequestAnswer = HttpAnswer | "hang" | { delayMs: number };

/** Where faults reach into a world. Nothing is hooked unless a fault or a watcher asks. */
export interface WorldHooks {
  /** Asked when a function calls AWS. */
  readonly call: Hooks<[call: Call], CallAnswer>;
  /** Asked when a request reaches an API. */
  readonly request: Hooks<
    [region: string, path: string, method: string, from: Place],
    RequestAnswer
  >;
  /** Asked for each asynchronous event: how late each of its copies is delivered; none: lost. */
  readonly event: Hooks<[target: FunctionDescription, payload: unknown], readonly number[]>;
  /** Asked when an invocation starts: what it fails with. */
  readonly start: Hooks<[target: FunctionDescription, payload: unknown], Error>;
  /** Asked when a function connects to a database: an error, no answer, or a later one. */
  readonly connect: Hooks<[from: FunctionDescription], Error | "hang" | { delayMs: number }>;
  /** Asked when a statement of a region's cluster is about to be carried out: how much later. */
  readonly statement: Hooks<[region: string], number>;
}

export function createHooks(): WorldHooks {
  return {
    call: new Hooks(),
    request: new Hooks(),
    event: new Hooks(),
    start: new Hooks(),
    connect: new Hooks(),
    statement: new Hooks(),
  };
}
