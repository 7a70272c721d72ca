import type { Outage } from "./outage";

/** The values that the runner compares with the bounds; null if nothing recovered. */
export interface RecoverySeconds {
  settled: number | null;
  accepted: number | null;
  overhead: number | null;
}

export function recoverySeconds(outage: Outage): RecoverySeconds {
  const { settled, accepted, journal, faultMs, schedule } = outage;
  const settledSeconds = schedule.isBlurred ? settled.firstSeconds : settled.seconds;
  // A promotion already in progress counts from the moment from which recovery counts.
  const promotionSeconds = journal.promotions
    .map(({ atMs, promotionMs }) => (atMs + promotionMs - Math.max(atMs, faultMs)) / 1000)
    .find((seconds) => seconds > 0);
  return {
    settled: settledSeconds,
    accepted: schedule.hasStrayClients ? accepted.firstSeconds : accepted.seconds,
    overhead: settledSeconds === null ? null : settledSeconds - (promotionSeconds ?? 0),
  };
}
