/**
 * The control item: who is active, or where we are going. One item, strongly read, every write
 * conditional on `version`. `epoch` grows only at a fence and guards every insert and every close.
 */
export interface Control {
  version: number;
  epoch: number;
  /** The region that settles; null between a fence and the activation that ends it. */
  active: string | null;
  /** The region we are going to; null while a region is active. */
  target: string | null;
  how: How;
  /** When this state began. */
  sinceMs: number;
  /** No automatic fence before this moment. */
  disarmedUntilMs: number;
  /** The last epoch whose activation the operators were told of. */
  notifiedEpoch: number;
  /** The last epoch for which the home health check was pointed past home. */
  repointedEpoch: number;
  /** Newest row of the database as activation found it; null before the first order. */
  newestRowAtMs: number | null;
  reason: string;
}

/** `start` makes no RDS call; `failover` may lose unreplicated rows; `switchover` waits for sync. */
export type How = "start" | "failover" | "switchover";

/** Written by the tick, on the condition that no control item exists. */
export function firstControl(home: string, nowMs: number): Control {
  return {
    version: 1,
    epoch: 1,
    active: null,
    target: home,
    how: "start",
    sinceMs: nowMs,
    disarmedUntilMs: 0,
    notifiedEpoch: 0,
    repointedEpoch: 0,
    newestRowAtMs: null,
    reason: "first start",
  };
}

/** Nobody settles from here on, until `target` is activated under the new epoch. */
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

export function notified(control: Control): Control {
  return { ...control, version: control.version + 1, notifiedEpoch: control.epoch };
}

export function repointed(control: Control): Control {
  return { ...control, version: control.version + 1, repointedEpoch: control.epoch };
}

export function disarmed(control: Control, untilMs: number): Control {
  return { ...control, version: control.version + 1, disarmedUntilMs: untilMs };
}
