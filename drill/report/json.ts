import type { BrokenPromise } from "../scenario/promises";
import type { Outage } from "../scenario/outage";
import { stepsOf } from "./budget";

/** The same outage for programs; times in seconds from the fault. */
export function jsonReport(outage: Outage, broken: readonly BrokenPromise[]): string {
  const { seed, faultName, accepted, settled, verdict, journal, control, faultMs, world } = outage;
  const since = (atMs: number): number => Math.round((atMs - faultMs) / 100) / 10;
  return `${JSON.stringify(
    {
      seed,
      fault: faultName,
      passed: broken.length === 0,
      broken,
      promotionSeconds: journal.promotions.map(({ promotionMs }) => promotionMs / 1000),
      accepted,
      settled,
      steps: stepsOf(outage),
      orders: {
        ...verdict,
        missing: verdict.missing.length,
        doubled: verdict.doubled.length,
        altered: verdict.altered.length,
        lostByPromotion: journal.rowsLost,
      },
      timeline: journal.moments.map(({ atMs, text }) => ({ seconds: since(atMs), text })),
      control,
      eventsPlayed: world.base.simulation.eventsPlayed,
      traceHash: world.base.simulation.trace.hash,
    },
    null,
    2,
  )}\n`;
}
