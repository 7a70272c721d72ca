import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "../runtime/clock";
import { isConditionFailed, readItem, updateItem, type LedgerRuntime } from "../runtime/ledger";
import type { Look, Progress } from "./signs";
import { ALIVE_REFRESH_SECONDS, LOOKS_FRESH_SECONDS, PROGRESS_REFRESH_SECONDS } from "./tunables";
import { OBSERVE_TIMEOUT_MS, SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";

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

/**
 * Records that a region settles under an epoch, and the newest order it has settled, at most every
 * PROGRESS_REFRESH_SECONDS. A process with older orders moves the time alone.
 */
export function progressRecorder(
  runtime: LedgerRuntime,
  table: string,
  region: string,
): (epoch: number, newestOrderAtMs: number) => Promise<void> {
  let last = { epoch: 0, atMs: -Infinity };
  let newestMs = -Infinity;
  return async (epoch, newestOrderAtMs) => {
    newestMs = Math.max(newestMs, newestOrderAtMs);
    const nowMs = runtime.clock.nowMs();
    const isRecent = nowMs - last.atMs < PROGRESS_REFRESH_SECONDS * 1000;
    if (last.epoch === epoch && isRecent) return;
    const isAnswered = await record(runtime, table, region, { epoch, nowMs, newestMs });
    if (isAnswered) last = { epoch, atMs: nowMs };
  };
}

/** False where the ledger did not answer. */
async function record(
  runtime: LedgerRuntime,
  table: string,
  region: string,
  { epoch, nowMs, newestMs }: { epoch: number; nowMs: number; newestMs: number },
): Promise<boolean> {
  const moved = { ":epoch": epoch, ":now": nowMs };
  const newer = { ...moved, ":newest": newestMs };
  // Each is for where the one before was refused; refused all, another process was faster.
  const changes = [
    {
      UpdateExpression: "SET lastAtMs = :now, newestOrderAtMs = :newest",
      ConditionExpression: "epoch = :epoch AND lastAtMs < :now AND newestOrderAtMs <= :newest",
      ExpressionAttributeValues: newer,
    },
    {
      UpdateExpression: "SET lastAtMs = :now",
      ConditionExpression: "epoch = :epoch AND lastAtMs < :now",
      ExpressionAttributeValues: moved,
    },
    {
      UpdateExpression:
        "SET epoch = :epoch, firstAtMs = :now, lastAtMs = :now, newestOrderAtMs = :newest",
      ConditionExpression: "attribute_not_exists(epoch) OR epoch < :epoch",
      ExpressionAttributeValues: newer,
    },
  ];
  for (const change of changes) {
    try {
      await updateItem(runtime, table, `progress#${region}`, SIDE_WRITE_TIMEOUT_MS, change);
      return true;
    } catch (error) {
      if (!isConditionFailed(error)) return false;
    }
  }
  return true;
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

/** What the sentinel saw last: the memory of its newest loop. */
export interface SentinelLooks {
  /** Oldest first, at most LOOKS_KEPT. */
  looks: readonly Look[];
  newestAtMs: number;
  loopStartedAtMs: number;
  /** Nothing that the last look found is worth a second one, and the control item asks for nothing. */
  isCalm: boolean;
}

const noLooks: SentinelLooks = {
  looks: [],
  newestAtMs: -Infinity,
  loopStartedAtMs: -Infinity,
  isCalm: false,
};

/**
 * Puts the sentinel's looks where its next loop and the orchestrator's runs find them.
 * @returns false where a newer loop has taken over.
 */
export async function writeLooks(
  runtime: LedgerRuntime,
  table: string,
  seen: SentinelLooks,
): Promise<boolean> {
  try {
    await within(runtime.clock, OBSERVE_TIMEOUT_MS, "ledger write of looks", (abortSignal) =>
      runtime.dynamodb.send(
        new PutCommand({
          TableName: table,
          Item: { pk: "looks#sentinel", ...seen },
          ConditionExpression:
            "attribute_not_exists(pk) OR loopStartedAtMs <= :started OR newestAtMs < :stale",
          ExpressionAttributeValues: {
            ":started": seen.loopStartedAtMs,
            ":stale": seen.newestAtMs - LOOKS_FRESH_SECONDS * 1000,
          },
        }),
        { abortSignal },
      ),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** The sentinel's looks while they are fresh; none where they are old, absent or unreadable. */
export async function readLooks(runtime: LedgerRuntime, table: string): Promise<SentinelLooks> {
  const read = readItem<SentinelLooks>(runtime, table, "looks#sentinel");
  const found = await read.catch(() => undefined);
  const isFresh =
    found !== undefined && runtime.clock.nowMs() - found.newestAtMs <= LOOKS_FRESH_SECONDS * 1000;
  return isFresh ? found : noLooks;
}
