import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { within } from "../runtime/clock";
import { insertOrders, isOrdersFault, readFingerprints } from "../orders/database";
import { variable } from "../runtime/env";
import { readControl } from "../failover/controlItem";
import { createLog, describe, type Log } from "../runtime/log";
import type { StoredOrder } from "../orders/order";
import { markRejected, markSettled } from "../orders/orderLedger";
import { maySettle } from "../failover/rules";
import type { Runtime, Sql } from "../runtime/runtime";
import { archiveBatch, sessionRenewer } from "../orders/settledBatch";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import { progressRecorder } from "../detection/vitalSigns";

export type OrderProcessorRuntime = Pick<
  Runtime,
  "env" | "clock" | "write" | "dynamodb" | "s3" | "sqs" | "sql"
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
  const processor = new OrderProcessor(runtime);
  return (event) => processor.process(event.Records);
}

class OrderProcessor {
  private readonly region: string;
  private readonly table: string;
  private readonly archiveBucket: string;
  private readonly log: Log;
  private readonly recordProgress: ReturnType<typeof progressRecorder>;
  private readonly renewSessions: ReturnType<typeof sessionRenewer>;
  private readonly sql: Sql;

  constructor(private readonly runtime: OrderProcessorRuntime) {
    const { env } = runtime;
    this.region = variable(env, "AWS_REGION");
    this.table = variable(env, "LEDGER_TABLE");
    this.archiveBucket = variable(env, "ARCHIVE_BUCKET");
    this.log = createLog(runtime, "order-processor");
    this.recordProgress = progressRecorder(runtime, this.table, this.region);
    this.renewSessions = sessionRenewer(runtime, variable(env, "SESSIONS_TABLE"));
    this.sql = runtime.sql({
      endpoint: variable(env, "DATABASE_ENDPOINT"),
      database: variable(env, "DATABASE_NAME"),
      as: "application",
    });
  }

  async process(records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
    const control = await readControl(this.runtime, this.table).catch((error: unknown) => {
      this.log.error("the control item is unreadable", error);
      return null;
    });
    if (control === null) return failures(records.map((record) => record.messageId));
    if (control === undefined || !maySettle(control, this.region)) return failures([]);
    const { epoch } = control;
    const { hints, unreadable } = await this.parse(records);
    if (hints.length === 0) return failures(unreadable);
    const failed = await this.settle(epoch, hints).catch((error: unknown) => {
      this.log.error("a batch failed", error, { epoch, orders: hints.length });
      return isOrdersFault(error) ? this.settleOneByOne(epoch, hints) : hints;
    });
    return failures([...unreadable, ...failed.map((hint) => hint.messageId)]);
  }

  /** What is no hint at all goes to the dead letters; where even that fails, it is tried again. */
  private async parse(
    records: readonly SQSRecord[],
  ): Promise<{ hints: Hint[]; unreadable: string[] }> {
    const hints: Hint[] = [];
    const unreadable: string[] = [];
    for (const { messageId, body } of records) {
      const stored = parseHint(body);
      if (stored !== undefined) hints.push({ messageId, stored });
      else await this.deadLetter(body, "not a hint").catch(() => unreadable.push(messageId));
    }
    return { hints, unreadable };
  }

  /** Returns the hints to be tried again. @throws the server's error: nothing was inserted. */
  private async settle(epoch: number, hints: readonly Hint[]): Promise<Hint[]> {
    const settledAt = new Date(this.runtime.clock.nowMs()).toISOString();
    const batch = new Map(hints.map(({ stored }) => [stored.order.orderId, stored]));
    const orders = [...batch.values()];
    const { held, inserted } = await insertOrders(this.sql, epoch, orders, settledAt);
    if (!held) {
      this.log.info("another epoch has the right", { epoch, orders: hints.length });
      return [];
    }
    const before = [...batch.keys()].filter((orderId) => !inserted.has(orderId));
    const there: ReadonlyMap<string, string> =
      before.length === 0 ? new Map() : await readFingerprints(this.sql, before);
    const areMarked = await Promise.all(
      hints.map((hint) => {
        const { orderId } = hint.stored.order;
        const row = inserted.has(orderId) ? batch.get(orderId)?.fingerprint : there.get(orderId);
        return this.mark(epoch, hint, row);
      }),
    );
    const settled = orders.filter(({ order }) => inserted.has(order.orderId));
    const newestOrderAtMs = Math.max(...orders.map(({ acceptedAt }) => Date.parse(acceptedAt)));
    await Promise.all([
      this.recordProgress(epoch, newestOrderAtMs),
      ...this.leaveTraces(epoch, settled),
    ]);
    this.log.metrics(
      "settled",
      [{ name: "OrdersSettled", value: inserted.size, unit: "Count", resolutionSeconds: 1 }],
      { epoch, orderIds: [...inserted] },
    );
    return hints.filter((_, i) => !areMarked[i]);
  }

  /** Archive and sessions are derived data: idempotent, best effort, never a reason to fail. */
  private leaveTraces(epoch: number, settled: readonly StoredOrder[]): Promise<void>[] {
    if (settled.length === 0) return [];
    const traces = [
      archiveBatch(this.runtime, this.archiveBucket, epoch, settled),
      this.renewSessions(settled),
    ];
    return traces.map((trace) =>
      trace.catch((error: unknown) => this.log.error("a trace was not left", error)),
    );
  }

  /**
   * @param row fingerprint of the row that now has the order's id; none where it is gone already.
   * @returns false where the hint must come again.
   */
  private async mark(epoch: number, hint: Hint, row: string | undefined): Promise<boolean> {
    const { order, fingerprint } = hint.stored;
    if (row === undefined) return false;
    try {
      if (row !== fingerprint) await this.reject(hint, "another order has this orderId");
      else await markSettled(this.runtime, this.table, order.orderId, epoch);
      return true;
    } catch {
      return false;
    }
  }

  /** One order at fault must not hold the others of its batch. */
  private async settleOneByOne(epoch: number, hints: readonly Hint[]): Promise<Hint[]> {
    const failed: Hint[] = [];
    for (const hint of hints) {
      try {
        failed.push(...(await this.settle(epoch, [hint])));
      } catch (error) {
        if (!isOrdersFault(error)) failed.push(hint);
        else await this.reject(hint, describe(error).error).catch(() => failed.push(hint));
      }
    }
    return failed;
  }

  /** Dead letter first: a crash in between repeats both, and loses neither. */
  private async reject({ stored }: Hint, reason: string): Promise<void> {
    this.log.info("rejected", { orderId: stored.order.orderId, reason });
    await this.deadLetter(JSON.stringify(stored), reason);
    await markRejected(this.runtime, this.table, stored, reason);
  }

  private async deadLetter(body: string, reason: string): Promise<void> {
    const { clock, env, sqs } = this.runtime;
    const message = {
      QueueUrl: variable(env, "DEAD_LETTER_QUEUE_URL"),
      MessageBody: body,
      MessageAttributes: { reason: { DataType: "String", StringValue: reason } },
    };
    await within(clock, OBSERVE_TIMEOUT_MS, "dead letter", (abortSignal) =>
      sqs(this.region).send(new SendMessageCommand(message), { abortSignal }),
    );
  }
}

function parseHint(body: string): StoredOrder | undefined {
  try {
    const stored = JSON.parse(body) as Partial<StoredOrder> | null;
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
