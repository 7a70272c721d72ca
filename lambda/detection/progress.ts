import { isConditionFailed, readItem, updateItem, type LedgerRuntime } from "../runtime/ledger";
import type { Log } from "../runtime/log";
import { SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";
import type { Progress } from "./evidence";
import { PROGRESS_REFRESH_SECONDS } from "./tunables";

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
  let newestMs = -Infinity;
  return async (epoch, newestOrderAtMs) => {
    newestMs = Math.max(newestMs, newestOrderAtMs);
    const nowMs = runtime.clock.nowMs();
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
  const moved = { ":epoch": epoch, ":now": nowMs };
  const newer = { ...moved, ":newest": newestMs };
  const changes = [
    {
      UpdateExpression: "SET lastAtMs = :now, newestOrderAtMs = :newest",
      ConditionExpression: "epoch = :epoch AND lastAtMs < :now AND newestOrderAtMs <= :newest",
      ExpressionAttributeValues: newer,
    },
    // Another execution environment has settled a newer order.
    {
      UpdateExpression: "SET lastAtMs = :now",
      ConditionExpression: "epoch = :epoch AND lastAtMs < :now",
      ExpressionAttributeValues: moved,
    },
    // The epoch is new.
    {
      UpdateExpression:
        "SET epoch = :epoch, firstAtMs = :now, lastAtMs = :now, newestOrderAtMs = :newest",
      ConditionExpression: "attribute_not_exists(epoch) OR epoch < :epoch",
      ExpressionAttributeValues: newer,
    },
  ];
  for (const change of changes) {
    try {
      return await updateItem(runtime, table, `progress#${region}`, SIDE_WRITE_TIMEOUT_MS, change);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }
  // If no condition held, another execution environment has written later progress.
}

/** What a region last recorded; null if absent or unreadable. */
export async function readProgress(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  log: Log,
): Promise<Progress | null> {
  try {
    return (await readItem<Progress>(runtime, table, `progress#${region}`)) ?? null;
  } catch (error) {
    log.error("the progress could not be read", error, { of: region });
    return null;
  }
}
