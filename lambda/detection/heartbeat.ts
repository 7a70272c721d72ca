import * as z from "zod/mini";
import { isConditionFailed, updateItem, type LedgerRuntime } from "../runtime/ledger";
import { aliveKey } from "../runtime/ledgerKeys";
import type { Log } from "../runtime/log";
import { SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";
import { latestMs, pastMs, readEvidence, type Reading } from "./storedEvidence";
import { ALIVE_REFRESH_SECONDS } from "./tunables";

const schemaAt = (nowMs: number) => z.object({ atMs: pastMs(nowMs) });

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
      await updateItem(runtime, table, aliveKey(region), SIDE_WRITE_TIMEOUT_MS, {
        UpdateExpression: "SET atMs = :now",
        // An absent time, a text and a time ahead are not at or before `latest`: they are replaced.
        ConditionExpression: "atMs < :now OR NOT atMs <= :latest",
        ExpressionAttributeValues: { ":now": nowMs, ":latest": latestMs(nowMs) },
      });
    } catch (error) {
      // If the condition failed, another execution environment wrote a later heartbeat.
      if (!isConditionFailed(error)) return log.error("the heartbeat could not be written", error);
    }
    lastMs = nowMs;
  };
}

/** When a region last wrote its heartbeat, in milliseconds since 1970. */
export async function readHeartbeat(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  log: Log,
): Promise<Reading<number>> {
  const item = await readEvidence(runtime, table, aliveKey(region), schemaAt, log);
  return typeof item === "string" ? item : item.atMs;
}
