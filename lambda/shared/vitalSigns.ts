import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "./clock";
import { isConditionFailed, readItem, updateItem, type LedgerRuntime } from "./ledger";
import type { Look, Progress } from "./signs";
import {
  ALIVE_REFRESH_SECONDS,
  LOOKS_FRESH_SECONDS,
  OBSERVE_TIMEOUT_MS,
  PROGRESS_REFRESH_SECONDS,
  SIDE_WRITE_TIMEOUT_MS,
} from "./tunables";

/** Renews a region's sign of life, at most every ALIVE_REFRESH_SECONDS; failure is silence. */
export function heartbeat(
  runtime: LedgerRuntime,
  table: string,
  region: string,
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
      if (!isConditionFailed(error)) return;
    }
    lastMs = nowMs;
  };
}

/** Records that a region settles under an epoch, at most every PROGRESS_REFRESH_SECONDS. */
export function progressRecorder(
  runtime: LedgerRuntime,
  table: string,
  region: string,
): (epoch: number) => Promise<void> {
  let last = { epoch: 0, atMs: -Infinity };
  const update = (UpdateExpression: string, ConditionExpression: string, values: object) =>
    updateItem(runtime, table, `progress#${region}`, SIDE_WRITE_TIMEOUT_MS, {
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeValues: { ...values },
    });
  return async (epoch) => {
    const nowMs = runtime.clock.nowMs();
    const isRecent = nowMs - last.atMs < PROGRESS_REFRESH_SECONDS * 1000;
    if (last.epoch === epoch && isRecent) return;
    const values = { ":epoch": epoch, ":now": nowMs };
    try {
      await update("SET lastAtMs = :now", "epoch = :epoch AND lastAtMs < :now", values);
    } catch (error) {
      if (!isConditionFailed(error)) return;
      await update(
        "SET epoch = :epoch, firstAtMs = :now, lastAtMs = :now",
        "attribute_not_exists(epoch) OR epoch < :epoch",
        values,
      ).catch(() => undefined);
    }
    last = { epoch, atMs: nowMs };
  };
}

/** What a region last wrote of its life and its settling; null where absent or unreadable. */
export async function readSigns(
  runtime: LedgerRuntime,
  table: string,
  region: string,
): Promise<{ aliveAtMs: number | null; progress: Progress | null }> {
  const [alive, progress] = await Promise.all([
    readItem<{ atMs: number }>(runtime, table, `alive#${region}`).catch(() => undefined),
    readProgress(runtime, table, region),
  ]);
  return { aliveAtMs: alive?.atMs ?? null, progress };
}

export async function readProgress(
  runtime: LedgerRuntime,
  table: string,
  region: string,
): Promise<Progress | null> {
  const read = readItem<Progress>(runtime, table, `progress#${region}`);
  return (await read.catch(() => undefined)) ?? null;
}

interface SentinelLooks {
  looks: Look[];
  newestAtMs: number;
}

/** Puts the sentinel's looks where an invoked run finds them; a longer memory is not overwritten. */
export async function writeLooks(
  runtime: LedgerRuntime,
  table: string,
  looks: readonly Look[],
): Promise<void> {
  const newestAtMs = looks[looks.length - 1]?.atMs ?? 0;
  await within(runtime.clock, OBSERVE_TIMEOUT_MS, "ledger write of looks", (abortSignal) =>
    runtime.dynamodb.send(
      new PutCommand({
        TableName: table,
        Item: { pk: "looks#sentinel", looks, newestAtMs, lookCount: looks.length },
        ConditionExpression:
          "attribute_not_exists(pk) OR lookCount <= :count OR newestAtMs < :stale",
        ExpressionAttributeValues: {
          ":count": looks.length,
          ":stale": newestAtMs - LOOKS_FRESH_SECONDS * 1000,
        },
      }),
      { abortSignal },
    ),
  ).catch((error: unknown) => {
    if (!isConditionFailed(error)) throw error;
  });
}

/** The sentinel's looks while they are fresh; otherwise none. */
export async function readLooks(runtime: LedgerRuntime, table: string): Promise<readonly Look[]> {
  const item = await readItem<SentinelLooks>(runtime, table, "looks#sentinel");
  const isFresh =
    item !== undefined && runtime.clock.nowMs() - item.newestAtMs <= LOOKS_FRESH_SECONDS * 1000;
  return isFresh ? item.looks : [];
}
