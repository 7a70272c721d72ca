import { EPOCH_JUMP, EPOCH_STEP_MAX } from "./tunables";

/**
 * The control item: which region is active, or which one is taking over. There is one such item in
 * the ledger. It is read with strong consistency, and every write is conditional on `version`.
 */
export interface Control {
  /** Increases by one with every write. */
  version: number;
  /** Increases by one with every fence. Each database row carries the epoch it was written under. */
  epoch: number;
  /** The region that settles orders; null from a fence until the activation that follows it. */
  active: string | null;
  /** The region that is taking over; null while a region is active. */
  target: string | null;
  how: How;
  /** When this state began, in milliseconds since 1970. */
  sinceMs: number;
  /** No automatic fence before this time. */
  disarmedUntilMs: number;
  /** The last epoch whose activation was published to the operators. */
  notifiedEpoch: number;
  /** The last epoch for which the path of home's health check was updated. */
  repointedEpoch: number;
  /** When the newest row in the activated database was settled; null if it had no rows. */
  newestRowAtMs: number | null;
  reason: string;
}

/**
 * How the target's database becomes the writer. `start` makes no call to RDS. `failover` can lose
 * rows that are not replicated. `switchover` waits until all rows are replicated.
 */
export type How = "start" | "failover" | "switchover";

/** What a read of the control item found. `unknown` means that it could not be read. */
export type SeenControl = Control | "absent" | "malformed" | "unknown";

/**
 * The first control item, or the first after one was lost. Its epoch is above the epoch of the target's
 * database, and above those that were never activated there.
 * @param databaseEpoch null if it is not known. A new database has the epoch 0.
 */
export function firstControl(
  target: string,
  databaseEpoch: number | null,
  reason: string,
  nowMs: number,
): Control {
  return {
    version: 1,
    epoch: databaseEpoch === 0 ? 1 : (databaseEpoch ?? 0) + EPOCH_JUMP,
    active: null,
    target,
    how: "start",
    sinceMs: nowMs,
    disarmedUntilMs: 0,
    notifiedEpoch: 0,
    repointedEpoch: 0,
    newestRowAtMs: null,
    reason,
  };
}

/** A fence: from now on no region settles, until `target` is activated under the new epoch. */
export function fenced(
  control: Control,
  target: string,
  how: How,
  reason: string,
  nowMs: number,
): Control {
  return {
    ...control,
    version: control.version + 1,
    epoch: control.epoch + 1,
    active: null,
    target,
    how,
    sinceMs: nowMs,
    reason,
  };
}

/**
 * The same takeover above the epoch that the target's database has. The control item is younger than
 * the database, or its epoch is out of reach: it was made anew or changed by hand.
 */
export function refenced(control: Control, databaseEpoch: number, nowMs: number): Control {
  return {
    ...control,
    version: control.version + 1,
    epoch: epochAbove(control.epoch, databaseEpoch),
    notifiedEpoch: Math.min(control.notifiedEpoch, databaseEpoch),
    repointedEpoch: Math.min(control.repointedEpoch, databaseEpoch),
    sinceMs: nowMs,
    reason: `${control.reason}; the control item had epoch ${control.epoch}, the database ${databaseEpoch}`,
  };
}

/**
 * The active region is activated again, above the epoch that its database has: the control item has
 * another one, so no region settles.
 */
export function reactivated(control: Control, databaseEpoch: number, nowMs: number): Control {
  const { active } = control;
  return refenced({ ...control, active: null, target: active, how: "start" }, databaseEpoch, nowMs);
}

/**
 * Above both epochs, because orders may have been settled under either. A control item's epoch that
 * the database cannot reach was never used.
 */
function epochAbove(epoch: number, databaseEpoch: number): number {
  const isReached = epoch + EPOCH_JUMP <= databaseEpoch + EPOCH_STEP_MAX;
  return Math.max(databaseEpoch, isReached ? epoch : 0) + EPOCH_JUMP;
}

/** The target has become the active region. */
export function activated(control: Control, newestRowAtMs: number | null, nowMs: number): Control {
  return {
    ...control,
    version: control.version + 1,
    active: control.target,
    target: null,
    sinceMs: nowMs,
    newestRowAtMs,
  };
}

/** The activation of the current epoch has been published. */
export function notified(control: Control): Control {
  return { ...control, version: control.version + 1, notifiedEpoch: control.epoch };
}

/** The path of home's health check has been updated for the current epoch. */
export function repointed(control: Control): Control {
  return { ...control, version: control.version + 1, repointedEpoch: control.epoch };
}

/** No automatic fence before `untilMs`. */
export function disarmed(control: Control, untilMs: number): Control {
  return { ...control, version: control.version + 1, disarmedUntilMs: untilMs };
}
