import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Control } from "../control/control";
import { controlOf } from "../control/controlItem";
import { maySettle } from "../control/rules";
import { progressRecorder } from "../detection/progress";
import { archiveBatch } from "../orders/archive";
import { insertOrders, isDataError, readFingerprints } from "../orders/database";
import { hintBody, parseHint } from "../orders/hint";
import { ID_WAS_USED } from "../orders/order";
import {
  isOpen,
  markRejected,
  mustSettle,
  ordersOf,
  type FoundOrders,
  type OrderItem,
} from "../orders/orderItem";
import { marking } from "../orders/ledgerStatements";
import { sessionRenewer } from "../orders/sessions";
import { BATCH_STATEMENTS_MAX } from "../orders/tunables";
import { within } from "../runtime/clock";
import { atMost, pieces } from "../runtime/concurrently";
import { variable } from "../runtime/env";
import { readItems, type ItemsRead } from "../runtime/ledger";
import { CONTROL_KEY, orderKey } from "../runtime/ledgerKeys";
import { createLog, type Log } from "../runtime/log";
import type { Runtime, Sql } from "../runtime/runtime";
import { executeStatements, STATEMENTS_MAX } from "../runtime/statements";
import { CALLS_AT_ONCE_MAX, OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

export type OrderProcessorRuntime = Pick<
  Runtime,
  "env" | "clock" | "write" | "dynamodb" | "s3" | "sqs" | "sql"
>;

/**
 * Settles the orders that hints name, in the active region: reads them from the ledger, inserts them
 * into the database under the current epoch, then marks each in the ledger. In a region that is not
 * active it drops the messages: the sweep of the active region re-queues the orders. A failed message
 * is returned to SQS, which delivers it again after the visibility timeout.
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
    const hints = new Map(records.map(({ messageId, body }) => [messageId, parseHint(body)]));
    const orderIds = [...hints.values()].flatMap((named) => named ?? []);
    const ledger = await this.readLedger(orderIds);
    if (ledger === null) return failures(records.map((record) => record.messageId));
    const { control, read } = ledger;
    if (control === undefined || !maySettle(control, this.region)) return failures([]);
    const [unburied, unsettled] = await Promise.all([
      this.bury(records.filter(({ messageId }) => hints.get(messageId) === undefined)),
      this.settleAll(control, ordersOf(read)),
    ]);
    const isUnsettled = (named: string[] = []) => named.some((id) => unsettled.has(id));
    const failed = [...hints].flatMap(([id, named]) => (isUnsettled(named) ? [id] : []));
    return failures([...unburied, ...failed]);
  }

  /** Reads the control item and orders in one call. Returns null if it cannot read the control item. */
  private async readLedger(
    orderIds: readonly string[],
  ): Promise<{ control: Control | undefined; read: ItemsRead } | null> {
    try {
      const keys = [CONTROL_KEY, ...orderIds.map(orderKey)];
      const read = await readItems(this.runtime, this.table, keys);
      return { control: controlOf(this.runtime, read), read };
    } catch (error) {
      this.log.error("the ledger could not be read", error, { orders: orderIds.length });
      return null;
    }
  }

  /** Sends messages that are no hints to the dead-letter queue. Returns the ids of those it refuses. */
  private async bury(records: readonly SQSRecord[]): Promise<string[]> {
    const areBuried = await Promise.all(
      records.map(({ body }) =>
        this.try("a dead letter", () => this.deadLetter(body, "not a hint")),
      ),
    );
    return records.flatMap(({ messageId }, n) => (areBuried[n] ? [] : [messageId]));
  }

  /** Settles those of the orders that must be settled. Returns the ids of those that must come again. */
  private async settleAll(control: Control, found: FoundOrders): Promise<ReadonlySet<string>> {
    // Such an order stays open, which pages. Its message has done what it can.
    for (const error of found.malformed) this.log.error("an order was left out", error);
    const nowMs = this.runtime.clock.nowMs();
    const due = found.items.filter((item) => isOpen(item) && mustSettle(item, control, nowMs));
    const unsettled = await this.settleInParts(control.epoch, due);
    return new Set([...found.unread, ...unsettled.map(({ order }) => order.orderId)]);
  }

  /**
   * Settles orders in one batch. If PostgreSQL refuses the data of a batch, its halves are tried, so
   * that one order cannot block the others. An order that is refused alone stays open: the ledger
   * holds only valid orders, so the fault is the platform's, and the order is settled once that is
   * repaired.
   * @returns the orders that are not settled.
   */
  private async settleInParts(epoch: number, orders: OrderItem[]): Promise<OrderItem[]> {
    const unsettled: OrderItem[] = [];
    const parts = orders.length === 0 ? [] : [orders];
    for (let tried = 0; parts.length > 0 && tried < BATCH_STATEMENTS_MAX; tried++) {
      const part = parts.shift()!;
      try {
        unsettled.push(...(await this.settle(epoch, part)));
      } catch (error) {
        const ids = part.map(({ order }) => order.orderId);
        this.log.error("a batch failed", error, { epoch, orders: ids.length, first: ids[0] });
        if (!isDataError(error)) return [...unsettled, ...part, ...parts.flat()];
        const half = Math.ceil(part.length / 2);
        if (part.length === 1) unsettled.push(...this.refused(part));
        else parts.push(part.slice(0, half), part.slice(half));
      }
    }
    return [...unsettled, ...parts.flat()];
  }

  /** Tells people: only they can repair what makes the database refuse a valid order. */
  private refused(orders: OrderItem[]): OrderItem[] {
    this.log.metrics("the database refuses an order", [
      { name: "OrdersRefused", value: orders.length, unit: "Count", resolutionSeconds: 60 },
    ]);
    return orders;
  }

  /**
   * Inserts a batch and marks its orders.
   * @returns the orders that could not be marked.
   * @throws the database's error. Nothing is marked then.
   */
  private async settle(epoch: number, orders: readonly OrderItem[]): Promise<OrderItem[]> {
    const settledAt = new Date(this.runtime.clock.nowMs()).toISOString();
    const { held, inserted } = await insertOrders(this.sql, epoch, orders, settledAt);
    if (!held) {
      this.log.info("another epoch has the right to write", { epoch, orders: orders.length });
      return [];
    }
    const settled = orders.filter(({ order }) => inserted.has(order.orderId));
    const existing = orders.filter(({ order }) => !inserted.has(order.orderId));
    const rows =
      existing.length === 0
        ? new Map<string, string>()
        : await readFingerprints(
            this.sql,
            existing.map(({ order }) => order.orderId),
          );
    for (const { order, fingerprint } of settled) rows.set(order.orderId, fingerprint);
    const newestOrderAtMs = Math.max(...orders.map(({ acceptedAt }) => Date.parse(acceptedAt)));
    const [isMarked] = await Promise.all([
      this.markAll(epoch, orders, rows),
      this.recordProgress(epoch, newestOrderAtMs),
      this.writeDerivedData(epoch, settled),
    ]);
    this.log.metrics(
      "settled",
      [{ name: "OrdersSettled", value: inserted.size, unit: "Count", resolutionSeconds: 1 }],
      { epoch, orderIds: [...inserted] },
    );
    return orders.filter(({ order }) => !isMarked.has(order.orderId));
  }

  /**
   * Marks the orders that have their row, and rejects those whose id belongs to another row.
   * @returns the ids of those that are done.
   */
  private async markAll(
    epoch: number,
    orders: readonly OrderItem[],
    rows: ReadonlyMap<string, string>,
  ): Promise<ReadonlySet<string>> {
    const done = new Set<string>();
    const settled: OrderItem[] = [];
    for (const item of orders) {
      const { orderId } = item.order;
      const row = rows.get(orderId);
      // The row was neither inserted nor found, for example because it was pruned in between.
      if (row === undefined) this.log.error("no row after its insert", new Error(orderId));
      else if (row === item.fingerprint) settled.push(item);
      else if (await this.try(`rejecting ${orderId}`, () => this.reject(item))) done.add(orderId);
    }
    for (const orderId of await this.mark(epoch, settled)) done.add(orderId);
    return done;
  }

  /** Marks orders until the time is up. Returns the ids of those that are marked. */
  private async mark(epoch: number, settled: readonly OrderItem[]): Promise<string[]> {
    const { clock } = this.runtime;
    const endMs = clock.nowMs() + OBSERVE_TIMEOUT_MS;
    const calls = pieces(settled, STATEMENTS_MAX);
    const send = async (items: OrderItem[]): Promise<string[]> => {
      const statements = items.map((item) => marking(this.table, item, epoch));
      const outcomes = await executeStatements(this.runtime, "marking", statements);
      return items.flatMap(({ order: { orderId } }, n) => {
        const outcome = outcomes[n]!;
        // A refused mark is not needed: another invocation has marked the order, or done more.
        if (!(outcome instanceof Error)) return [orderId];
        this.log.error(`marking ${orderId} failed`, outcome);
        return [];
      });
    };
    const ended = await atMost(CALLS_AT_ONCE_MAX, calls, send, () => clock.nowMs() < endMs);
    return ended.flatMap((outcome) => {
      if (outcome.status === "fulfilled") return outcome.value;
      this.log.error("marking failed", outcome.reason);
      return [];
    });
  }

  /** Writes the archive and the sessions: best effort, because both can be derived from the ledger again. */
  private async writeDerivedData(epoch: number, settled: readonly OrderItem[]): Promise<void> {
    if (settled.length === 0) return;
    await Promise.all([
      this.try("archiving a batch", () =>
        archiveBatch(this.runtime, this.archiveBucket, epoch, settled),
      ),
      this.try("renewing sessions", () => this.renewSessions(settled)),
    ]);
  }

  /**
   * A client has used the id of an order that was deleted from the ledger after its day. This is the
   * only order that can never be settled. The dead letter, for the operators, is sent first: after a
   * crash in between, both steps are repeated.
   */
  private async reject(item: OrderItem): Promise<void> {
    const { orderId } = item.order;
    this.log.info("rejected", { orderId, reason: ID_WAS_USED });
    await this.deadLetter(hintBody([orderId]), ID_WAS_USED);
    await markRejected(this.runtime, this.table, item, ID_WAS_USED);
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

function failures(messageIds: readonly string[]): SQSBatchResponse {
  return { batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })) };
}
