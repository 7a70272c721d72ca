import { activated, fenced, firstControl, notified, raisesEpoch } from "../shipped";
import { controlOf, NOW_MS, regionNames, written } from "./controlItem";
import { looksAt, runText } from "./look";
import type { Rules, Scene } from "./scene";
import {
  epochEntry,
  idleRun,
  otherThan,
  put,
  writerEpoch,
  type Run,
  type State,
  type Tell,
} from "./state";

/**
 * Invocations of the orchestrator, in either region. A poll is one step and the resulting act
 * another, so an invocation may freeze in between, act late, or die.
 */
export function orchestratorSteps(state: State, scene: Scene, tell: Tell): void {
  let hasIdle = false;
  state.runs.forEach((run, slot) => {
    if (run.does === "nothing") {
      if (!hasIdle) looks(state, slot, scene.rules, tell);
      hasIdle = true;
      return;
    }
    const actor = `${regionNames[run.self]}'s orchestrator`;
    tell(actor, `dies before it could ${runText(run)}`, ends(state, slot));
    const isAlive = state.isUp[run.self] || run.does === "raise";
    if (isAlive) acts(state, slot, run, scene.rules, actor, tell);
  });
}

function looks(state: State, slot: number, rules: Rules, tell: Tell): void {
  for (const { run, uses, text } of looksAt(state, rules)) {
    if (uses !== null && state.luck[uses] === 0) continue;
    const luck = uses === null ? state.luck : { ...state.luck, [uses]: state.luck[uses] - 1 };
    const runs = put(state.runs, slot, run);
    tell(`${regionNames[run.self]}'s orchestrator`, text, { ...state, luck, runs });
  }
}

function ends(state: State, slot: number): State {
  return { ...state, runs: put(state.runs, slot, idleRun) };
}

function acts(state: State, slot: number, run: Run, rules: Rules, actor: string, tell: Tell): void {
  const control = controlOf(state.control);
  const does = `${run.isCurrent ? "goes on to" : "comes late to"} ${runText(run)}`;
  const ended = ends(state, slot);
  const write = (next: Parameters<typeof written>[2]) =>
    tell(actor, does, written(ended, rules, next));
  if (run.does === "create") return write(firstControl(regionNames[run.target], 0, "", NOW_MS));
  if (control === null || run.does === "nothing") return;
  switch (run.does) {
    case "fence":
      return write(fenced(control, regionNames[run.target], run.how, "", NOW_MS));
    case "activate":
      return write(activated({ ...control, target: regionNames[run.target] }, null, NOW_MS));
    case "notify":
      return write(notified(control));
    case "promote":
      return tell(actor, does, calls(ended, run));
    case "raise":
      return tell(actor, does, raises(state, slot, run, rules));
  }
}

/** RDS accepts or rejects the call. An accepted call completes later. */
function calls(state: State, run: Run): State {
  const { target } = run;
  const left = otherThan(target);
  const losesData = run.how === "failover";
  const isTaken =
    state.promotion === null &&
    state.writer !== target &&
    state.volumes[target].role === "reader" &&
    state.isUp[target] &&
    (losesData || state.isUp[left]);
  if (!isTaken) return state;
  const control = controlOf(state.control)!;
  const isAsked = control.target === regionNames[target] && control.how === "failover";
  return {
    ...state,
    promotion: { target, losesData },
    wasUnasked: state.wasUnasked || (losesData && !isAsked),
  };
}

/** db-migration in the target region, possibly long after the invocation that called it gave up. */
function raises(state: State, slot: number, run: Run, rules: Rules): State {
  const volume = state.volumes[run.target];
  if (!state.isUp[run.target] || volume.role === "reader") return ends(state, slot);
  const before = writerEpoch(volume.log);
  const isRaised = rules.raisesOnlyUpward ? raisesEpoch(before, run.epoch) : before !== run.epoch;
  const log = isRaised ? volume.log + epochEntry(run.epoch) : volume.log;
  const volumes = put(state.volumes, run.target, { ...volume, log });
  const mayActivate = run.isCurrent && writerEpoch(log) === run.epoch;
  const next: Run = { ...run, does: "activate" };
  return {
    ...(mayActivate ? { ...state, runs: put(state.runs, slot, next) } : ends(state, slot)),
    volumes,
  };
}
