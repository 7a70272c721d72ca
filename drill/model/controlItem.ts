import type { Control, How } from "../shipped";
import type { Rules } from "./scene";
import { HOME, idleRun, STANDBY, type Region, type Run, type State } from "./state";

/** The names of the regions in the shipped code. */
export const regionNames = ["home", "standby"] as const;

export function regionOf(name: string): Region {
  return name === regionNames[HOME] ? HOME : STANDBY;
}

/** The fixed time of every step: the exploration models order, not time. */
export const NOW_MS = 1_000_000_000;

const places = [null, ...regionNames] as const;
const hows: readonly How[] = ["start", "failover", "switchover"];
const known: Control[] = [];

/**
 * The control item that a state's number encodes. It has no version: invocations record whether
 * theirs is current. Times, the reason, and `how` while a region is active are left out too,
 * because nothing reads them.
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
 * The ledger after a successful conditional write. If the write raised the version, every earlier
 * observation is stale. A stale invocation that only wanted to write can do nothing but end.
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

/** What a thread reads when `region` is active under `epoch`. */
export function activeControl(region: Region, epoch: number): Control {
  return controlOf(epoch | ((region + 1) << 4))!;
}
