import type { Outage } from "./outage";

/** What the runner compares with the bounds; null where nothing recovered. */
export interface RecoverySeconds {
  settled: number | null;
  accepted: number | null;
  overhead: number | null;
}

export function recoverySeconds(outage: Outage): RecoverySeconds {
  const { settled, accepted, journal, faultMs, schedule } = outage;
  const settledSeconds = schedule.isBlurred ? settled.firstSeconds : settled.seconds;
  // One that was under way already counts from the moment recovery does.
  const promotionSeconds = journal.promotions
    .map(({ atMs, promotionMs }) => (atMs + promotionMs - Math.max(atMs, faultMs)) / 1000)
    .find((seconds) => seconds > 0);
  return {
    settled: settledSeconds,
    accepted: schedule.hasStrayClients ? accepted.firstSeconds : accepted.seconds,
    overhead: settledSeconds === null ? null : settledSeconds - (promotionSeconds ?? 0),
  };
}
