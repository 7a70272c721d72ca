import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "../runtime/clock";
import { atMost } from "../runtime/concurrently";
import type { LedgerRuntime } from "../runtime/ledger";
import { CALLS_AT_ONCE_MAX, SIDE_WRITE_TIMEOUT_MS } from "../runtime/tunables";
import type { StoredOrder } from "./order";
import { SESSION_KEPT_SECONDS, SESSION_REFRESH_SECONDS } from "./tunables";

/** Bounds the memory of an execution environment. Beyond it, sessions are renewed more often. */
const SESSIONS_REMEMBERED_MAX = 10_000;

/**
 * Returns a function that renews the sessions of a batch of orders. Each session is renewed at most
 * every SESSION_REFRESH_SECONDS. The function rejects if a renewal fails. A session that was not
 * renewed, also for want of time, is renewed with its next order.
 */
export function sessionRenewer(
  runtime: LedgerRuntime,
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
    const renewals = await atMost(
      CALLS_AT_ONCE_MAX,
      [...due],
      async ([sessionId, accountId]) => {
        await renew(runtime, table, { sessionId, accountId, nowMs });
        if (renewedMs.size >= SESSIONS_REMEMBERED_MAX) renewedMs.clear();
        renewedMs.set(sessionId, nowMs);
      },
      () => runtime.clock.nowMs() - nowMs < SIDE_WRITE_TIMEOUT_MS,
    );
    for (const renewal of renewals) if (renewal.status === "rejected") throw renewal.reason;
  };
}

/** Unconditional: if two regions renew a session, either time is good enough. */
async function renew(
  { clock, dynamodb }: LedgerRuntime,
  table: string,
  { sessionId, accountId, nowMs }: { sessionId: string; accountId: string; nowMs: number },
): Promise<void> {
  await within(clock, SIDE_WRITE_TIMEOUT_MS, "session", (abortSignal) =>
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
