import type { Verdict } from "./load/verdict";
import type { Fault, Session } from "./session";

const RECOVERY_TIMEOUT_MS = 400_000;
/** Orders are still placed for this long after the recovery. */
const AFTERWARDS_MS = 10_000;
const SETTLING_TIMEOUT_MS = 300_000;
const POLL_MS = 1_000;

/** What one outage and the failback after it have shown. */
export interface Told {
  rto: Session["rto"];
  afterFault: Verdict;
  afterFailback: Verdict;
}

/** Takes home away under load, waits for the recovery, and returns to home. */
export async function play(session: Session, fault: Fault, perSecond: number): Promise<Told> {
  const { load, rto, timeline } = session;
  load.start(perSecond);
  timeline.add("clients", `${perSecond} orders a second`);
  await session.armed();
  await session.fail(fault);
  const hasRecovered = () => rto.settled !== undefined && rto.accepted !== undefined;
  await session.until(hasRecovered, RECOVERY_TIMEOUT_MS, "orders are settled after the fault");
  const recovered = { ...rto };
  await new Promise((resolve) => setTimeout(resolve, AFTERWARDS_MS));
  const afterFault = await settled(session);
  timeline.add("clients", verdictText(afterFault));
  if (fault === "region") await session.restore();
  load.start(perSecond);
  await session.failBack();
  await new Promise((resolve) => setTimeout(resolve, AFTERWARDS_MS));
  const afterFailback = await settled(session);
  timeline.add("clients", verdictText(afterFailback));
  return { rto: recovered, afterFault, afterFailback };
}

/** Places no more orders and waits until all acknowledged ones are settled, or for long enough. */
export async function settled(session: Session): Promise<Verdict> {
  await session.load.drain(SETTLING_TIMEOUT_MS);
  const deadlineMs = Date.now() + SETTLING_TIMEOUT_MS;
  let verdict = await session.judge();
  while (verdict.missing.length > 0 && Date.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    verdict = await session.judge();
  }
  return verdict;
}

export function verdictText(verdict: Verdict): string {
  const { acknowledged, missing, altered, unacknowledged, unacknowledgedStored } = verdict;
  return (
    `${acknowledged} orders acknowledged: ${missing.length} missing, ${altered.length} altered; ` +
    `${unacknowledged} not acknowledged, of which ${unacknowledgedStored} are stored`
  );
}

export const isKept = ({ missing, altered }: Verdict): boolean =>
  missing.length === 0 && altered.length === 0;
