import type { HttpAnswer } from "../shipped";
import type { FunctionDescription } from "../description/functions";
import type { Environment } from "./environment";
import type { Place } from "./network";
import type { Input } from "./awsService";
import type { KeyOwner } from "./keyRing";
import type { Row } from "./volume";

/** Hooks of one kind. The first hook that returns an answer decides. */
export class Hooks<Question extends readonly unknown[], Answer> {
  private list: readonly ((...question: Question) => Answer | undefined)[] = [];

  /** @returns a function that removes the hook */
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

/** A call from a function to AWS. */
export interface Call {
  environment: Environment;
  service: string;
  region: string;
  command: string;
  input: Input;
}

/**
 * `hang`: it is never answered. `die`: the work is done, then the caller is killed. A freeze ends
 * by itself.
 */
export type CallAnswer = "hang" | "die" | { error: Error } | { freezeMs: number };

/** What a request to an API gets: an answer from the hook, none, or a delayed one. */
export type RequestAnswer = HttpAnswer | "hang" | { delayMs: number };

/**
 * The points at which faults intervene in a world. Without faults and watchers there are no hooks.
 */
export interface WorldHooks {
  /** Called when a function calls AWS. */
  readonly call: Hooks<[call: Call], CallAnswer>;
  /** Called when a request reaches an API. */
  readonly request: Hooks<
    [region: string, path: string, method: string, from: Place],
    RequestAnswer
  >;
  /** Called when a throttle has admitted a request: what fails is behind the gateway. */
  readonly integration: Hooks<[region: string, path: string, method: string], RequestAnswer>;
  /**
   * Called for each asynchronous event. Returns the delay of each of its copies; an empty list
   * loses it.
   */
  readonly event: Hooks<[target: FunctionDescription, payload: unknown], readonly number[]>;
  /** Called when an invocation starts. Returns the error with which it fails. */
  readonly start: Hooks<[target: FunctionDescription, payload: unknown], Error>;
  /** Called when a function connects to a database. Returns an error, no answer, or a delay. */
  readonly connect: Hooks<[from: FunctionDescription], Error | "hang" | { delayMs: number }>;
  /** Called before a statement runs in a region's cluster. Returns its delay. */
  readonly statement: Hooks<[region: string], number>;
  /** Called when a function reads keys of tokens, from a secret or from the identity provider. */
  readonly keys: Hooks<[owner: KeyOwner], RequestAnswer>;
  /** Called for each order that a statement inserts. Returns the error that fails the statement. */
  readonly row: Hooks<[row: Row], Error>;
}

export function createHooks(): WorldHooks {
  return {
    call: new Hooks(),
    request: new Hooks(),
    integration: new Hooks(),
    event: new Hooks(),
    start: new Hooks(),
    connect: new Hooks(),
    statement: new Hooks(),
    keys: new Hooks(),
    row: new Hooks(),
  };
}
