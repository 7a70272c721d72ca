import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "../runtime/clock";
import type { StoredOrder } from "./order";
import type { Runtime } from "../runtime/runtime";
import { SESSION_KEPT_SECONDS, SESSION_REFRESH_SECONDS } from "./tunables";
import { SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";

/** Sessions a process remembers to have renewed; beyond that it begins anew. */
const SESSIONS_REMEMBERED_MAX = 10_000;

type SettledBatchRuntime = Pick<Runtime, "clock" | "dynamodb" | "s3">;

/**
 * Archives a settled batch. The key follows from the orders and the epoch, so that settling the
 * same batch again writes the same object.
 */
export async function archiveBatch(
  runtime: SettledBatchRuntime,
  bucket: string,
  epoch: number,
  batch: readonly StoredOrder[],
): Promise<void> {
  const sorted = [...batch].sort(byFingerprint);
  const hash = createHash("sha256");
  for (const { fingerprint } of sorted) hash.update(fingerprint);
  const day = sorted[0]?.acceptedAt.slice(0, 10) ?? "none";
  await within(runtime.clock, SIDE_WRITE_TIMEOUT_MS, "archive", (abortSignal) =>
    runtime.s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `archive/${day}/epoch-${epoch}/${hash.digest("hex")}.json`,
        ContentType: "application/json",
        Body: JSON.stringify({ epoch, orders: sorted }),
      }),
      { abortSignal },
    ),
  );
}

const byFingerprint = (one: StoredOrder, other: StoredOrder): number =>
  one.fingerprint.localeCompare(other.fingerprint);

/**
 * Renews the sessions that placed the orders, each at most every SESSION_REFRESH_SECONDS; the last
 * writer wins, which is enough for them. What failed is renewed with the session's next order.
 */
export function sessionRenewer(
  runtime: SettledBatchRuntime,
  table: string,
): (batch: readonly StoredOrder[]) => Promise<void> {
  const renewedMs = new Map<string, number>();
  return async (batch) => {
    const nowMs = runtime.clock.nowMs();
    const isDue = ({ order }: StoredOrder): boolean =>
      nowMs - (renewedMs.get(order.sessionId) ?? -Infinity) >= SESSION_REFRESH_SECONDS * 1000;
    const due = new Map(
      batch.filter(isDue).map(({ order }) => [order.sessionId, order.accountId] as const),
    );
    if (due.size === 0) return;
    await Promise.all(
      [...due].map(async ([sessionId, accountId]) => {
        await renew(runtime, table, { sessionId, accountId, nowMs });
        if (renewedMs.size >= SESSIONS_REMEMBERED_MAX) renewedMs.clear();
        renewedMs.set(sessionId, nowMs);
      }),
    );
  };
}

function renew(
  { clock, dynamodb }: SettledBatchRuntime,
  table: string,
  { sessionId, accountId, nowMs }: { sessionId: string; accountId: string; nowMs: number },
): Promise<unknown> {
  return within(clock, SIDE_WRITE_TIMEOUT_MS, "session", (abortSignal) =>
    dynamodb.send(
      new UpdateCommand({
        TableName: table,
        Key: { sessionId },
        UpdateExpression:
          "SET accountId = :account, lastOrderAtMs = :now, expiresAtEpochSeconds = :expiry",
        ExpressionAttributeValues: {
          ":account": accountId,
          ":now": nowMs,
          ":expiry": Math.floor(nowMs / 1000) + SESSION_KEPT_SECONDS,
        },
      }),
      { abortSignal },
    ),
  );
}
