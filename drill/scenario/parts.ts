import type { Stream } from "../../support/simulation/random";
import type { FaultKind } from "./faults";

export type Range = readonly [low: number, high: number];

/** A fault to be drawn: which kind, between which seconds it begins, how long if not as usual. */
export interface Part {
  kind: FaultKind;
  at: Range;
  lasts?: Range | undefined;
}

/** Home is active and armed, or has been lost, has come back, and is a reader of the standby. */
export type Start = "armed" | "taken over";

/** A kind of outage: how often it is drawn, where it starts, and of which faults it is made. */
export interface Scenario {
  readonly name: string;
  readonly weight: number;
  /** Armed unless given. */
  readonly start?: Start;
  parts(stream: Stream): readonly Part[];
}

/** Loops that began before the outage have ended by then: what is played began in it. */
export const MAIN: Range = [150, 210];
/** Before the fault, during detection, promotion and activation. */
export const AROUND: Range = [60, 450];
/** After every loop that began without it has ended before the main fault begins. */
export const FIRST: Range = [0, 5];
/** Just long enough for a failover, where what follows it is what is played. */
export const SHORT: Range = [250, 280];
/** A failover after which something else is played: as early as every loop has begun. */
export const SOON: Range = [70, 100];
/** After the return of what was lost soon and for a short time, its rebuild done or not. */
export const AFTER_RETURN: Range = [420, 560];
/** By now it is rebuilt. */
export const REBUILT: Range = [685, 695];
/** In an outage that starts after a takeover: some loops have begun by then. */
export const TAKEN_OVER: Range = [35, 45];
/** Five minutes after a failback is done. */
export const ARMED_AGAIN: Range = [1_170, 1_220];

export const main = (kind: FaultKind, lasts?: Range): Part => ({ kind, at: MAIN, lasts });
export const soon = (kind: FaultKind): Part => ({ kind, at: SOON, lasts: SHORT });
export const around = (kind: FaultKind): Part => ({ kind, at: AROUND });
export const early = (kind: FaultKind): Part => ({ kind, at: FIRST });

export function alone(kind: FaultKind, weight: number): Scenario {
  return { name: kind.name, weight, parts: () => [main(kind)] };
}
