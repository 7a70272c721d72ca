import type { Stream } from "../../support/simulation/random";
import type { FaultKind } from "./faults";

export type Range = readonly [low: number, high: number];

/**
 * A fault to draw: its kind, the seconds between which it begins, and its duration if not the usual
 * one.
 */
export interface Part {
  kind: FaultKind;
  at: Range;
  lasts?: Range | undefined;
}

/**
 * "armed": home is active and armed. "taken over": home was lost and is now a reader of the
 * standby.
 */
export type Start = "armed" | "taken over";

/** A kind of outage: its weight, its start, and its faults. */
export interface Scenario {
  readonly name: string;
  readonly weight: number;
  /** Default: armed. */
  readonly start?: Start;
  parts(stream: Stream): readonly Part[];
}

/** Late enough that all loops from before the outage have ended. */
export const MAIN: Range = [150, 210];
/** From before the fault to detection, promotion and activation. */
export const AROUND: Range = [60, 450];
/** Early: loops that began before this fault have ended by the main fault. */
export const FIRST: Range = [0, 5];
/** Just long enough for a failover, in scenarios that test what follows it. */
export const SHORT: Range = [250, 280];
/** An early failover, in scenarios that test what follows it: as soon as every loop has begun. */
export const SOON: Range = [70, 100];
/**
 * After the return of a region that was lost early and briefly. It may or may not be rebuilt yet.
 */
export const AFTER_RETURN: Range = [420, 560];
/** The region is rebuilt by now. */
export const REBUILT: Range = [685, 695];
/** In an outage that starts after a takeover: some loops have begun. */
export const TAKEN_OVER: Range = [35, 45];
/** Five minutes after a failback has completed. */
export const ARMED_AGAIN: Range = [1_170, 1_220];

export const main = (kind: FaultKind, lasts?: Range): Part => ({ kind, at: MAIN, lasts });
export const soon = (kind: FaultKind): Part => ({ kind, at: SOON, lasts: SHORT });
export const around = (kind: FaultKind): Part => ({ kind, at: AROUND });
export const early = (kind: FaultKind): Part => ({ kind, at: FIRST });

export function alone(kind: FaultKind, weight: number): Scenario {
  return { name: kind.name, weight, parts: () => [main(kind)] };
}
