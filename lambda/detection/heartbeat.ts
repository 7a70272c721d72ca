import { isConditionFailed, readItem, updateItem, type LedgerRuntime } from "../runtime/ledger";
import type { Log } from "../runtime/log";
import { SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";
import { ALIVE_REFRESH_SECONDS } from "./tunables";

/**
 * Returns a function that writes a region's heartbeat, at most every ALIVE_REFRESH_SECONDS. It never
 * rejects: a failed write is logged and tried again with the next request.
 */
export function heartbeat(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  log: Log,
): () => Promise<void> {
  let lastMs = -Infinity;
  return async () => {
    const nowMs = runtime.clock.nowMs();
    if (nowMs - lastMs < ALIVE_REFRESH_SECONDS * 1000) return;
    try {
      await updateItem(runtime, table, `alive#${region}`, SIDE_WRITE_TIMEOUT_MS, {
        UpdateExpression: "SET atMs = :now",
        ConditionExpression: "attribute_not_exists(atMs) OR atMs < :now",
        ExpressionAttributeValues: { ":now": nowMs },
      });
    } catch (error) {
      // If the condition failed, another execution environment wrote a later heartbeat.
      if (!isConditionFailed(error)) return log.error("the heartbeat could not be written", error);
    }
    lastMs = nowMs;
  };
}

/** When a region last wrote its heartbeat, in milliseconds since 1970; null if absent or unreadable. */
export async function readHeartbeat(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  log: Log,
): Promise<number | null> {
  try {
    const item = await readItem<{ atMs: number }>(runtime, table, `alive#${region}`);
    return item?.atMs ?? null;
  } catch (error) {
    log.error("a heartbeat could not be read", error, { of: region });
    return null;
  }
}
