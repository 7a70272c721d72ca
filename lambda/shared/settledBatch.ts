import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "./clock";
import type { StoredOrder } from "./order";
import type { Runtime } from "./runtime";
import { SESSION_KEPT_SECONDS, SIDE_WRITE_TIMEOUT_MS } from "./tunables";

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

/** Renews the sessions that placed the orders; the last writer wins, which is enough for them. */
export async function touchSessions(
  runtime: SettledBatchRuntime,
  table: string,
  batch: readonly StoredOrder[],
): Promise<void> {
  const nowMs = runtime.clock.nowMs();
  const sessions = new Map(batch.map(({ order }) => [order.sessionId, order.accountId]));
  await Promise.all(
    [...sessions].map(([sessionId, accountId]) =>
      within(runtime.clock, SIDE_WRITE_TIMEOUT_MS, "session", (abortSignal) =>
        runtime.dynamodb.send(
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
      ),
    ),
  );
}
