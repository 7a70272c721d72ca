import * as fc from "fast-check";
import { frontDoor, health } from "./frontDoor";
import type { Fuzzed, Handlers } from "./fuzzed";
import { poisonedControl } from "./control";
import { events } from "./events";
import { hints, poisonedItems } from "./ledger";
import { takeover } from "./takeover";
import { tokens } from "./tokens";

/** The quickest first. */
export const properties: readonly Fuzzed[] = [
  health,
  events,
  tokens,
  frontDoor,
  poisonedItems,
  hints,
  takeover,
  poisonedControl,
];

export interface FuzzOptions {
  seed: number;
  /** Over all properties. */
  cases: number;
  /** No further case begins after this time. Infinity for no limit. */
  seconds: number;
  /** Of one property alone, to play a failed case again. */
  only?: { name: string; path?: string };
}

export interface FuzzResult {
  name: string;
  cases: number;
  failure: null | { path: string; shrinks: number; case: string; error: string };
}

/** The same seed and number of cases give the same cases. A time limit only leaves out the last. */
export async function fuzz(
  handlers: Handlers,
  { seed, cases, seconds, only }: FuzzOptions,
  done: (result: FuzzResult) => void = () => undefined,
): Promise<FuzzResult[]> {
  const chosen = properties.filter(({ name }) => only === undefined || name === only.name);
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const results: FuzzResult[] = [];
  const endMs = performance.now() + seconds * 1000;
  let left = chosen.length;
  for (const { name, weight, of } of chosen) {
    const share = weight / weights;
    // What one property leaves of its time is for those after it.
    const limitMs = (endMs - performance.now()) / left--;
    let begun = 0;
    const details = await fc.check(
      of(handlers, () => void begun++),
      {
        seed,
        numRuns: Math.max(1, Math.round(cases * share)),
        ...(only?.path === undefined ? {} : { path: only.path }),
        ...(limitMs === Infinity ? {} : { interruptAfterTimeLimit: Math.max(1, limitMs) }),
      },
    );
    const result = resultOf(name, begun, details);
    results.push(result);
    done(result);
  }
  return results;
}

function resultOf(name: string, begun: number, details: fc.RunDetails<[unknown]>): FuzzResult {
  // An interrupted property fails without a case only if no case was run at all.
  if (!details.failed || details.counterexample === null) {
    return { name, cases: begun, failure: null };
  }
  const { counterexample, counterexamplePath, numShrinks, errorInstance } = details;
  const error = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  const [one] = counterexample;
  const failure = {
    path: counterexamplePath,
    shrinks: numShrinks,
    case: fc.stringify(one),
    error: error ?? "",
  };
  return { name, cases: begun, failure };
}
