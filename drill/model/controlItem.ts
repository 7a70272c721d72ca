import type { Control, How } from "../shipped";
import type { Rules } from "./scene";
import { HOME, idleRun, STANDBY, type Region, type Run, type State } from "./state";

/** The regions as the shipped code knows them. */
export const regionNames = ["home", "standby"] as const;

export function regionOf(name: string): Region {
  return name === regionNames[HOME] ? HOME : STANDBY;
}

/** The moment at which everything happens: the exploration knows order, not time. */
export const NOW_MS = 1_000_000_000;

const places = [null, ...regionNames] as const;
const hows: readonly How[] = ["start", "failover", "switchover"];
const known: Control[] = [];

/**
 * The control item behind a state's number. The version is left out: runs know whether theirs is
 * still the current one. So are times, the reason, and `how` while a region is active, where
 * nobody reads it.
 */
export function controlOf(code: number): Control | null {
  if (code === 0) return null;
  known[code] ??= read(code);
  return known[code];
}

function read(code: number): Control {
  const epoch = code & 15;
  return {
    version: 1,
    epoch,
    active: places[(code >> 4) & 3]!,
    target: places[(code >> 6) & 3]!,
    how: hows[(code >> 8) & 3]!,
    sinceMs: 0,
    disarmedUntilMs: 0,
    notifiedEpoch: (code >> 10) & 1 ? epoch : 0,
    repointedEpoch: 0,
    newestRowAtMs: null,
    reason: "",
  };
}

function codeOf(control: Control): number {
  const how = control.active === null ? hows.indexOf(control.how) : 0;
  return (
    control.epoch |
    (places.indexOf(control.active as (typeof places)[number]) << 4) |
    (places.indexOf(control.target as (typeof places)[number]) << 6) |
    (how << 8) |
    (Number(control.notifiedEpoch >= control.epoch) << 10)
  );
}

/**
 * The ledger after a conditional write that held. Whoever looked before now has a stale version,
 * if the write raised it. A stale run that only wanted to write can do no more than end.
 */
export function written(state: State, rules: Rules, next: Control): State {
  const before = controlOf(state.control);
  const isRaised = before === null || next.version > before.version;
  const runs = isRaised ? state.runs.map((run) => staled(run, rules)) : state.runs;
  return { ...state, control: codeOf(next), runs };
}

function staled(run: Run, rules: Rules): Run {
  const canStillHarm =
    run.does === "raise" || (run.does === "promote" && !rules.readsAgainBeforeCall);
  return canStillHarm ? { ...run, isCurrent: false } : idleRun;
}

/** What a thread read that saw `region` active under `epoch`. */
export function activeControl(region: Region, epoch: number): Control {
  return controlOf(epoch | ((region + 1) << 4))!;
}
