import { healViolation } from "./heal";
import { violationOf } from "./invariants";
import { keyOf } from "./key";
import type { Scene } from "./scene";
import { initialState, type State } from "./state";
import { stepsFrom } from "./steps";

export interface Exploration {
  states: number;
  /** True if every reachable state was visited. */
  isComplete: boolean;
  /** Number of states from which healing was tried. */
  healed: number;
  violation: Violation | null;
}

export interface Violation {
  what: string;
  /** The shortest trace, because the exploration is breadth-first. */
  trace: TraceStep[];
}

export interface TraceStep {
  text: string;
  state: State;
}

/**
 * Healing is tried from one new state in this many. A prime number avoids a pattern with the
 * levels.
 */
const HEAL_EVERY = 101;

/** Explores breadth-first from a new stack until a violation, the limit, or the last state. */
export function explore(scene: Scene, limit: number): Exploration {
  const first = initialState(scene);
  const seen = new Set([keyOf(first)]);
  /** Index of the state from which each state was reached, in the order of `seen`. */
  const parents = [-1];
  let level: { state: State; index: number }[] = [{ state: first, index: 0 }];
  let healed = 0;
  let what: string | null = null;
  while (level.length > 0 && what === null && seen.size < limit) {
    const nextLevel: typeof level = [];
    for (const { state, index } of level) {
      stepsFrom(state, scene, (_actor, _does, next) => {
        if (what !== null || seen.size >= limit) return;
        const before = seen.size;
        seen.add(keyOf(next));
        if (seen.size === before) return;
        parents.push(index);
        what = violationOf(next);
        if (what === null && before % HEAL_EVERY === 0) {
          healed++;
          what = healViolation(next, scene);
        }
        nextLevel.push({ state: next, index: before });
      });
      if (what !== null) break;
    }
    level = nextLevel;
  }
  const violation =
    what === null ? null : { what, trace: traceTo(seen.size - 1, scene, seen, parents) };
  return { states: seen.size, isComplete: level.length === 0, healed, violation };
}

/** Rebuilds the path to a state from the start, because only keys were kept. */
function traceTo(
  last: number,
  scene: Scene,
  seen: ReadonlySet<string>,
  parents: readonly number[],
): TraceStep[] {
  const path: number[] = [];
  for (let index = last; index > 0; index = parents[index]!) path.unshift(index);
  const keys = keysAt(seen, path);
  let state = initialState(scene);
  return keys.map((key) => {
    let step: TraceStep | null = null;
    stepsFrom(state, scene, (actor, does, next) => {
      if (step === null && keyOf(next) === key) step = { text: `${actor}: ${does}`, state: next };
    });
    if (step === null) throw new Error("the model is not deterministic: a state was not met again");
    state = (step as TraceStep).state;
    return step;
  });
}

/** The keys at these ascending indices. */
function keysAt(seen: ReadonlySet<string>, indices: readonly number[]): string[] {
  const keys: string[] = [];
  let index = 0;
  for (const key of seen) {
    if (index === indices[keys.length]) keys.push(key);
    index++;
  }
  return keys;
}
