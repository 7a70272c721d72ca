import * as z from "zod/mini";
import { isConditionFailed, updateItem, type LedgerRuntime } from "../runtime/ledger";
import { progressKey } from "../runtime/ledgerKeys";
import type { Log } from "../runtime/log";
import { SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";
import type { Progress } from "./evidence";
import { latestMs, pastMs, readEvidence, type Reading } from "./storedEvidence";
import { PROGRESS_REFRESH_SECONDS, PROGRESS_STALE_SECONDS } from "./tunables";

export function progressSchemaAt(nowMs: number) {
  const progress = z.object({
    epoch: z.int().check(z.gte(1)),
    firstAtMs: pastMs(nowMs),
    lastAtMs: pastMs(nowMs),
    newestOrderAtMs: pastMs(nowMs),
  });
  // Otherwise automatic failover would not be armed: it counts the time between the two.
  const isInOrder = z.refine<z.infer<typeof progress>>(
    ({ firstAtMs, lastAtMs }) => firstAtMs <= lastAtMs,
    { error: "it ends before it begins", path: ["lastAtMs"] },
  );
  return progress.check(isInOrder);
}

/**
 * Returns a function that records that a region settles orders under an epoch, and when the newest
 * settled order was accepted. It writes at most every PROGRESS_REFRESH_SECONDS and at once for a new
 * epoch. It never rejects: a failed write is logged and tried again with the next batch.
 */
export function progressRecorder(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  log: Log,
): (epoch: number, newestOrderAtMs: number) => Promise<void> {
  let last = { epoch: 0, atMs: -Infinity };
  let newestMs = 0;
  return async (epoch, newestOrderAtMs) => {
    const nowMs = runtime.clock.nowMs();
    // NaN and a time ahead would hide that no new orders are settled.
    if (newestOrderAtMs <= latestMs(nowMs)) newestMs = Math.max(newestMs, newestOrderAtMs);
    const isRecent = nowMs - last.atMs < PROGRESS_REFRESH_SECONDS * 1000;
    if (last.epoch === epoch && isRecent) return;
    try {
      await record(runtime, table, region, { epoch, nowMs, newestMs });
      last = { epoch, atMs: nowMs };
    } catch (error) {
      log.error("the progress could not be written", error, { epoch });
    }
  };
}

/** Tries three updates in turn, each if the condition of the one before did not hold. */
async function record(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  { epoch, nowMs, newestMs }: { epoch: number; nowMs: number; newestMs: number },
): Promise<void> {
  const moved = { ":epoch": epoch, ":now": nowMs, ":latest": latestMs(nowMs) };
  const newer = { ...moved, ":newest": newestMs };
  // Does not hold for an absent item, another epoch, texts and times ahead: they are replaced.
  const makesSense =
    "(epoch = :epoch AND firstAtMs <= :latest AND lastAtMs <= :latest AND newestOrderAtMs <= :latest)";
  // A region that settles under a later epoch renews its progress.
  const isLater = "(:epoch < epoch AND :stale < lastAtMs AND lastAtMs <= :latest)";
  const changes = [
    {
      UpdateExpression: "SET lastAtMs = :now, newestOrderAtMs = :newest",
      ConditionExpression: `${makesSense} AND lastAtMs < :now AND newestOrderAtMs <= :newest`,
      ExpressionAttributeValues: newer,
    },
    // Another execution environment has settled a newer order.
    {
      UpdateExpression: "SET lastAtMs = :now",
      ConditionExpression: `${makesSense} AND lastAtMs < :now`,
      ExpressionAttributeValues: moved,
    },
    {
      UpdateExpression:
        "SET epoch = :epoch, firstAtMs = :now, lastAtMs = :now, newestOrderAtMs = :newest",
      ConditionExpression: `NOT ${makesSense} AND NOT ${isLater}`,
      ExpressionAttributeValues: { ...newer, ":stale": nowMs - PROGRESS_STALE_SECONDS * 1000 },
    },
  ];
  for (const change of changes) {
    try {
      return await updateItem(runtime, table, progressKey(region), SIDE_WRITE_TIMEOUT_MS, change);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }
  // If no condition held, another execution environment has written later progress.
}

/** What a region last recorded. */
export function readProgress(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  log: Log,
): Promise<Reading<Progress>> {
  return readEvidence(runtime, table, progressKey(region), progressSchemaAt, log);
}
