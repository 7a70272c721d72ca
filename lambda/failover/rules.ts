import type { Control } from "./control";

/** Only the active region settles, under the present epoch. */
export function maySettle(control: Control, region: string): boolean {
  return control.active === region;
}

/** An open order waits until the present epoch has settled it: a takeover makes all of them wait. */
export function isWaiting(settledEpoch: number | undefined, control: Control): boolean {
  return settledEpoch !== control.epoch;
}

/**
 * A region that is not active closes what it sees in its local database, but only where that
 * database carries the present epoch: a discarded volume, a stale role and a volume being rebuilt
 * all carry another one.
 */
export function mayClose(control: Control, region: string, localEpoch: number | null): boolean {
  return control.active !== null && control.active !== region && localEpoch === control.epoch;
}

/** The right to write moves upward only; a late activation of an older epoch changes nothing. */
export function raisesEpoch(writerEpoch: number, epoch: number): boolean {
  return writerEpoch < epoch;
}

/** `/failover-latch`: a failover is declared, so home must not be answered by DNS. */
export function latchIsSet(control: Control, standby: string): boolean {
  return (control.target ?? control.active) === standby;
}

/**
 * `/health?after=n`: this region is active, or about to be, under an epoch above n. About to be,
 * as for the latch: DNS turns while the database is promoted, not minutes after it.
 */
export function isActiveAfter(control: Control, region: string, epoch: number): boolean {
  return (control.target ?? control.active) === region && control.epoch > epoch;
}
