import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { within } from "../shared/clock";
import { insertOrders, isOrdersFault, readFingerprints } from "../shared/database";
import { variable } from "../shared/env";
import { readControl } from "../shared/ledger";
import { createLog, describe } from "../shared/log";
import type { StoredOrder } from "../shared/order";
import { markRejected, markSettled } from "../shared/orderLedger";
import { maySettle } from "../shared/rules";
import type { Runtime } from "../shared/runtime";
import { OBSERVE_TIMEOUT_MS } from "../shared/tunables";
import { progressRecorder } from "../shared/vitalSigns";

export type OrderProcessorRuntime = Pick<
  Runtime,
  "env" | "clock" | "write" | "dynamodb" | "sqs" | "sql"
>;

/** A hint and the message that carried it. */
interface Hint {
  messageId: string;
  stored: StoredOrder;
}

/**
 * Settles hinted orders in the active region: one statement inserts a batch under the epoch's
 * right, then each order is marked. Elsewhere hints are dropped: the ledger has the orders. A
 * failed hint returns after its visibility timeout; the sweep does not wait for it.
 */
export function createOrderProcessor(
  runtime: OrderProcessorRuntime,
): (event: Pick<SQSEvent, "Records">) => Promise<SQSBatchResponse> {
  const { env, clock } = runtime;
  const region = variable(env, "AWS_REGION");
  const table = variable(env, "LEDGER_TABLE");
  const deadLetterQueueUrl = variable(env, "DEAD_LETTER_QUEUE_URL");
  const log = createLog(runtime, "order-processor");
  const recordProgress = progressRecorder(runtime, table, region);
  const sql = runtime.sql({
    endpoint: variable(env, "DATABASE_ENDPOINT"),
    database: variable(env, "DATABASE_NAME"),
    as: "application",
  });

  async function deadLetter(body: string, reason: string): Promise<void> {
    await within(clock, OBSERVE_TIMEOUT_MS, "dead letter", (abortSignal) =>
      runtime.sqs(region).send(
        new SendMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          MessageAttributes: { reason: { DataType: "String", StringValue: reason } },
        }),
        { abortSignal },
      ),
    );
  }

  async function reject({ stored }: Hint, reason: string): Promise<void> {
    log.info("rejected", { orderId: stored.order.orderId, reason });
    await deadLetter(JSON.stringify(stored), reason);
    await markRejected(runtime, table, stored, reason);
  }

  /** Returns the hints to be tried again. @throws what the database says when it is not the orders' fault. */
  async function settle(epoch: number, hints: readonly Hint[]): Promise<Hint[]> {
    const settledAt = new Date(clock.nowMs()).toISOString();
    const batch = new Map(hints.map(({ stored }) => [stored.order.orderId, stored]));
    const answer = await insertOrders(sql, epoch, [...batch.values()], settledAt);
    if (!answer.held) {
      log.info("another epoch has the right", { epoch, orders: hints.length });
      return [];
    }
    const before = [...batch.keys()].filter((orderId) => !answer.inserted.has(orderId));
    const there: ReadonlyMap<string, string> =
      before.length === 0 ? new Map() : await readFingerprints(sql, before);
    const rowOf = (orderId: string) =>
      answer.inserted.has(orderId) ? batch.get(orderId)?.fingerprint : there.get(orderId);
    const outcomes = await Promise.allSettled(
      hints.map(async (hint) => {
        const { orderId } = hint.stored.order;
        const row = rowOf(orderId);
        if (row === undefined) throw new Error(`no row of ${orderId} after its insert`);
        return row === hint.stored.fingerprint
          ? markSettled(runtime, table, orderId, epoch)
          : reject(hint, "another order has this orderId");
      }),
    );
    await recordProgress(epoch);
    const count = answer.inserted.size;
    log.metrics(
      "settled",
      [{ name: "OrdersSettled", value: count, unit: "Count", resolutionSeconds: 1 }],
      { epoch, orderIds: [...answer.inserted] },
    );
    return hints.filter((_, i) => outcomes[i]!.status === "rejected");
  }

  /** One order at fault must not hold the others of its batch. */
  async function settleOneByOne(epoch: number, hints: readonly Hint[]): Promise<Hint[]> {
    const failed: Hint[] = [];
    for (const hint of hints) {
      try {
        failed.push(...(await settle(epoch, [hint])));
      } catch (error) {
        if (isOrdersFault(error)) {
          await reject(hint, describe(error).error).catch(() => failed.push(hint));
        } else {
          failed.push(hint);
        }
      }
    }
    return failed;
  }

  return async (event) => {
    const control = await readControl(runtime, table).catch((error: unknown) => {
      log.error("the control item is unreadable", error);
      return null;
    });
    if (control === null) return failures(event.Records.map((record) => record.messageId));
    if (control === undefined || !maySettle(control, region)) return failures([]);
    const hints: Hint[] = [];
    const unreadable: string[] = [];
    for (const record of event.Records) {
      const stored = parseHint(record);
      if (stored !== undefined) hints.push({ messageId: record.messageId, stored });
      else {
        await deadLetter(record.body, "not a hint").catch(() => unreadable.push(record.messageId));
      }
    }
    const failed = await settle(control.epoch, hints).catch((error: unknown) => {
      log.error("a batch failed", error, { epoch: control.epoch, orders: hints.length });
      return isOrdersFault(error) ? settleOneByOne(control.epoch, hints) : hints;
    });
    return failures([...unreadable, ...failed.map((hint) => hint.messageId)]);
  };
}

function parseHint(record: SQSRecord): StoredOrder | undefined {
  try {
    const stored = JSON.parse(record.body) as Partial<StoredOrder> | null;
    return typeof stored?.order?.orderId === "string" && typeof stored.fingerprint === "string"
      ? (stored as StoredOrder)
      : undefined;
  } catch {
    return undefined;
  }
}

function failures(messageIds: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })) };
}
