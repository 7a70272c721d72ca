import { controlOf, regionOf } from "./controlItem";
import type { Scene } from "./scene";
import { hasRow, idleCloser, idleProcessor, idleRun, type State } from "./state";
import { stepsFrom } from "./steps";

/**
 * Number of rounds in which every actor takes a step. The longest recovery takes about a third of
 * them.
 */
const ROUNDS_MAX = 60;
const actors = [
  "aurora",
  "standby's orchestrator",
  "home's processor",
  "standby's processor",
  "home's closer",
  "standby's closer",
];

/**
 * Both regions return, every frozen thread is dead, new threads take turns, and no further faults
 * occur. This must end with an active writer that has every accepted order, closed. Only an order that uses an
 * id again may be rejected. Returns what is missing, or null.
 */
export function healViolation(broken: State, scene: Scene): string | null {
  const fair: Scene = { ...scene, hasProcessors: true, hasClosers: true };
  let state: State = {
    ...broken,
    isUp: [true, true],
    runs: broken.runs.map(() => idleRun),
    processors: [idleProcessor, idleProcessor],
    closers: [idleCloser, idleCloser],
    luck: {
      homeLosses: 0,
      standbyLosses: 0,
      falseSigns: 0,
      failbacks: 0,
      failoversHome: 0,
      failoversStandby: 0,
    },
  };
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (isHealed(state)) return null;
    for (const actor of actors) state = stepOf(actor, state, fair) ?? state;
  }
  return isHealed(state) ? null : "it does not heal, though both regions are back";
}

function isHealed(state: State): boolean {
  const active = controlOf(state.control)?.active ?? null;
  return (
    active !== null &&
    regionOf(active) === state.writer &&
    state.promotion === null &&
    state.orders.every(({ status }, i) => {
      if (status === "absent" || status === "rejected") return true;
      return status !== "open" && hasRow(state.volumes[state.writer].log, i);
    })
  );
}

/** The first step that an actor can take, except dying. */
function stepOf(actor: string, state: State, scene: Scene): State | null {
  let found: State | null = null;
  stepsFrom(state, scene, (who, does, next) => {
    if (found === null && who === actor && !does.startsWith("dies")) found = next;
  });
  return found;
}
