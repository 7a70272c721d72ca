import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { readControl } from "../control/controlItem";
import { maySettle } from "../control/rules";
import { progressRecorder } from "../detection/progress";
import { archiveBatch } from "../orders/archive";
import { insertOrders, isDataError, readFingerprints } from "../orders/database";
import type { StoredOrder } from "../orders/order";
import { markRejected, markSettled } from "../orders/orderItem";
import { sessionRenewer } from "../orders/sessions";
import { within } from "../runtime/clock";
import { variable } from "../runtime/env";
import { createLog, describe, type Log } from "../runtime/log";
import type { Runtime, Sql } from "../runtime/runtime";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

export type OrderProcessorRuntime = Pick<
  Runtime,
  "env" | "clock" | "write" | "dynamodb" | "s3" | "sqs" | "sql"
>;

/** A message of the queue. It is only a hint, because the ledger holds the order. */
interface Hint {
  messageId: string;
  stored: StoredOrder;
}

/**
 * Settles orders in the active region: inserts a batch into the database under the current epoch,
 * then marks each order in the ledger. In a region that is not active it drops the messages: the
 * sweep of the active region re-queues the orders. A failed message is returned to SQS, which
 * delivers it again after the visibility timeout.
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
    this.recordProgress = progressRecorder(runtime, this.table, this.region, this.log);
    this.renewSessions = sessionRenewer(runtime, variable(env, "SESSIONS_TABLE"));
    this.sql = runtime.sql({
      endpoint: variable(env, "DATABASE_ENDPOINT"),
      database: variable(env, "DATABASE_NAME"),
      as: "application",
    });
  }

  async process(records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
    const control = await readControl(this.runtime, this.table).catch((error: unknown) => {
      this.log.error("the control item could not be read", error);
      return null;
    });
    if (control === null) return failures(records.map((record) => record.messageId));
    if (control === undefined || !maySettle(control, this.region)) return failures([]);
    const { epoch } = control;
    const { hints, failed } = await this.parse(records);
    if (hints.length === 0) return failures(failed);
    const unsettled = await this.settle(epoch, hints).catch((error: unknown) => {
      this.log.error("a batch failed", error, { epoch, orders: hints.length });
      return isDataError(error) ? this.settleOneByOne(epoch, hints) : hints;
    });
    return failures([...failed, ...unsettled.map((hint) => hint.messageId)]);
  }

  /** Sends messages that carry no order to the dead-letter queue. Returns those as failed that it refuses. */
  private async parse(records: readonly SQSRecord[]): Promise<{ hints: Hint[]; failed: string[] }> {
    const hints: Hint[] = [];
    const failed: string[] = [];
    for (const { messageId, body } of records) {
      const stored = parseHint(body);
      if (stored !== undefined) hints.push({ messageId, stored });
      else if (!(await this.try("a dead letter", () => this.deadLetter(body, "not an order")))) {
        failed.push(messageId);
      }
    }
    return { hints, failed };
  }

  /**
   * Inserts a batch and marks its orders.
   * @returns the hints whose orders could not be marked and must be delivered again.
   * @throws the database's error. Nothing is marked then.
   */
  private async settle(epoch: number, hints: readonly Hint[]): Promise<Hint[]> {
    const settledAt = new Date(this.runtime.clock.nowMs()).toISOString();
    const batch = new Map(hints.map(({ stored }) => [stored.order.orderId, stored]));
    const orders = [...batch.values()];
    const { held, inserted } = await insertOrders(this.sql, epoch, orders, settledAt);
    if (!held) {
      this.log.info("another epoch has the right to write", { epoch, orders: hints.length });
      return [];
    }
    const existing = [...batch.keys()].filter((orderId) => !inserted.has(orderId));
    const fingerprints: ReadonlyMap<string, string> =
      existing.length === 0 ? new Map() : await readFingerprints(this.sql, existing);
    const areMarked = await Promise.all(
      hints.map((hint) => {
        const { orderId } = hint.stored.order;
        const row = inserted.has(orderId)
          ? batch.get(orderId)?.fingerprint
          : fingerprints.get(orderId);
        return this.try(`marking ${orderId}`, () => this.mark(epoch, hint, row));
      }),
    );
    const settled = orders.filter(({ order }) => inserted.has(order.orderId));
    const newestOrderAtMs = Math.max(...orders.map(({ acceptedAt }) => Date.parse(acceptedAt)));
    await Promise.all([
      this.recordProgress(epoch, newestOrderAtMs),
      this.writeDerivedData(epoch, settled),
    ]);
    this.log.metrics(
      "settled",
      [{ name: "OrdersSettled", value: inserted.size, unit: "Count", resolutionSeconds: 1 }],
      { epoch, orderIds: [...inserted] },
    );
    return hints.filter((_, i) => !areMarked[i]);
  }

  /** Writes the archive and the sessions: best effort, because both can be derived from the ledger again. */
  private async writeDerivedData(epoch: number, settled: readonly StoredOrder[]): Promise<void> {
    if (settled.length === 0) return;
    await Promise.all([
      this.try("archiving a batch", () =>
        archiveBatch(this.runtime, this.archiveBucket, epoch, settled),
      ),
      this.try("renewing sessions", () => this.renewSessions(settled)),
    ]);
  }

  /**
   * Marks an order as settled, or rejects it if its id belongs to another order.
   * @param row fingerprint of the row that has the order's id.
   */
  private async mark(epoch: number, hint: Hint, row: string | undefined): Promise<void> {
    const { order, fingerprint } = hint.stored;
    // The row was neither inserted nor found, for example because it was pruned in between.
    if (row === undefined) throw new Error(`${order.orderId} has no row after its insert`);
    if (row !== fingerprint) return this.reject(hint, "another order has this orderId");
    await markSettled(this.runtime, this.table, order.orderId, epoch);
  }

  /** Settles each order separately, so that an invalid one does not block the others. */
  private async settleOneByOne(epoch: number, hints: readonly Hint[]): Promise<Hint[]> {
    const failed: Hint[] = [];
    for (const hint of hints) {
      const { orderId } = hint.stored.order;
      const isDone = await this.try(`settling ${orderId}`, async () => {
        try {
          failed.push(...(await this.settle(epoch, [hint])));
        } catch (error) {
          if (!isDataError(error)) throw error;
          await this.reject(hint, describe(error).error);
        }
      });
      if (!isDone) failed.push(hint);
    }
    return failed;
  }

  /** Sends the dead letter first: after a crash in between, both steps are repeated and neither is lost. */
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

  /** Runs a step. If it fails, logs the error and returns false. */
  private async try(step: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.log.error(`${step} failed`, error);
      return false;
    }
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
