import type { Control } from "./control";
import { DISARM_SECONDS, EPOCH_STEP_MAX } from "./tunables";

/** Only the active region settles orders. */
export function maySettle(control: Control, region: string): boolean {
  return control.active === region;
}

/** An open order waits until the current epoch has settled it. A new epoch makes all of them wait. */
export function isWaiting(settledEpoch: number | undefined, control: Control): boolean {
  return settledEpoch !== control.epoch;
}

/**
 * A region that is not active closes the orders that it finds in its own database, if that database
 * has the current epoch. Any other epoch means that it does not replicate from the current writer.
 */
export function mayClose(control: Control, region: string, localEpoch: number | null): boolean {
  return control.active !== null && control.active !== region && localEpoch === control.epoch;
}

/**
 * The database's epoch only increases: a late activation of an older epoch changes nothing. Nor does
 * one with an epoch that is further ahead than fences can be.
 */
export function raisesEpoch(writerEpoch: number, epoch: number): boolean {
  return writerEpoch < epoch && writerEpoch >= epoch - EPOCH_STEP_MAX;
}

/** `/failover-latch` answers 200 while the standby is active or taking over. DNS avoids home then. */
export function latchIsSet(control: Control, standby: string): boolean {
  return (control.target ?? control.active) === standby;
}

/**
 * `/health?after=n` answers 200 if this region is active, or taking over, under an epoch above n.
 * Taking over counts so that DNS changes while the database is promoted, not minutes later.
 */
export function isActiveAfter(control: Control, region: string, epoch: number): boolean {
  return (control.target ?? control.active) === region && control.epoch > epoch;
}

/**
 * True while there is no automatic failover. A time that is much later than a command sets it is
 * ignored: otherwise one wrong number would turn automatic failover off for good.
 */
export function isDisarmed({ disarmedUntilMs }: Control, nowMs: number): boolean {
  const latestMs = nowMs + 2 * DISARM_SECONDS * 1000;
  return nowMs < disarmedUntilMs && disarmedUntilMs <= latestMs;
}
