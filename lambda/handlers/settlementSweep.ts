import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { within } from "../runtime/clock";
import type { Control } from "../control/control";
import { seeOrders } from "../orders/database";
import { variable } from "../runtime/env";
import { readControl } from "../control/controlItem";
import { createLog, type Log } from "../runtime/log";
import {
  closeOrder,
  deleteOrder,
  isOpen,
  orderIdOf,
  readOrder,
  type OrderItem,
  type WorkEntry,
} from "../orders/orderItem";
import { hintBody } from "../orders/hint";
import { queryWork, type WorkQuery } from "../orders/workIndex";
import { isWaiting, mayClose } from "../control/rules";
import type { Invocation, Runtime, Sql } from "../runtime/runtime";
import {
  CLOSED_KEPT_SECONDS,
  SWEEP_AGE_SECONDS,
  SWEEP_QUEUE_DEPTH_MAX,
  SWEEP_RESERVE_MS,
  WORK_SHARDS,
} from "../orders/tunables";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

export type SettlementSweepRuntime = Pick<
  Runtime,
  "env" | "clock" | "write" | "dynamodb" | "sqs" | "sql"
>;

/** `trigger` comes from the schedule, every minute; `activated` from the orchestrator. */
export interface SweepEvent {
  trigger?: "schedule";
  activated?: number;
}

/** Number of orders by what the sweep found or did. */
export interface SweepResult {
  open: number;
  requeued: number;
  closed: number;
  pruned: number;
}

const openShards = Array.from({ length: WORK_SHARDS }, (_, shard) => `open#${shard}`);

/** Most messages of one SendMessageBatch call (SQS API). */
const SQS_BATCH_SIZE = 10;
/** Fewer than the 50 sockets of an SDK client: a call must not time out while it waits for a socket. */
const SQS_CALLS_AT_ONCE = 16;

/**
 * Goes through the open orders. In the active region it re-queues those that wait. In the other
 * region it closes those that have been replicated to its database. In both it deletes closed orders
 * after CLOSED_KEPT_SECONDS.
 */
export function createSettlementSweep(
  runtime: SettlementSweepRuntime,
): (event: SweepEvent, invocation: Invocation) => Promise<SweepResult> {
  const site = new SweepSite(runtime);
  return async (event, invocation) => {
    const control = await readControl(runtime, site.table);
    if (control === undefined || control.active === null) return nothingSwept();
    return new Sweep(site, control, event.activated === control.epoch, invocation).sweep();
  };
}

/** What all sweeps of an execution environment share. */
class SweepSite {
  readonly region: string;
  readonly table: string;
  readonly queueUrl: string;
  readonly log: Log;
  readonly sql: Sql;

  constructor(readonly runtime: SettlementSweepRuntime) {
    const { env } = runtime;
    this.region = variable(env, "AWS_REGION");
    this.table = variable(env, "LEDGER_TABLE");
    this.queueUrl = variable(env, "QUEUE_URL");
    this.log = createLog(runtime, "settlement-sweep");
    this.sql = runtime.sql({
      endpoint: variable(env, "DATABASE_READER_ENDPOINT"),
      database: variable(env, "DATABASE_NAME"),
      as: "application",
    });
  }
}

/** One sweep. It uses the control item as read at its start. */
class Sweep {
  private readonly startedMs: number;
  /** ISO 8601 time. Orders closed before it are deleted. */
  private readonly keptSince: string;
  /** ISO 8601 time. Orders accepted after it are not re-queued yet. */
  private readonly dueUntil: string;
  private readonly result = nothingSwept();
  private readonly failures: Error[] = [];
  /** When the oldest open order was accepted, or the start of the sweep. ISO 8601 time. */
  private oldestAt: string;

  constructor(
    private readonly site: SweepSite,
    private readonly control: Control,
    private readonly isActivation: boolean,
    private readonly invocation: Invocation,
  ) {
    this.startedMs = site.runtime.clock.nowMs();
    this.oldestAt = isoTime(this.startedMs);
    this.keptSince = isoTime(this.startedMs - CLOSED_KEPT_SECONDS * 1000);
    this.dueUntil = isoTime(this.startedMs - (isActivation ? 0 : SWEEP_AGE_SECONDS * 1000));
  }

  /** One failure does not stop the rest. @throws the first failure at the end. */
  async sweep(): Promise<SweepResult> {
    const { site, control, startedMs, result } = this;
    const work = await this.workOnOpenOrders();
    const untilNow = isoTime(startedMs + 1);
    await this.eachRound(openShards, untilNow, work);
    // One shard a minute is enough: every shard gets its turn every 16 minutes.
    const closedShard = `closed#${Math.floor(startedMs / 60_000) % WORK_SHARDS}`;
    await this.eachRound([closedShard], this.keptSince, async (entries) => {
      const deletions = entries.map((entry) => deleteOrder(site.runtime, site.table, entry));
      result.pruned += (await this.fulfilled(deletions)).length;
    });
    const [failure] = this.failures;
    if (failure !== undefined) throw failure;
    const oldestSeconds = Math.round((startedMs - Date.parse(this.oldestAt)) / 1000);
    site.log.metrics(
      "swept",
      [
        { name: "OpenOrders", value: result.open, unit: "Count", resolutionSeconds: 60 },
        { name: "OldestOpenSeconds", value: oldestSeconds, unit: "Seconds", resolutionSeconds: 60 },
      ],
      { epoch: control.epoch, active: control.active, ...result },
    );
    return result;
  }

  /** What to do with open orders in this region. */
  private async workOnOpenOrders(): Promise<(entries: WorkEntry[]) => Promise<void>> {
    const { result } = this;
    const isActive = this.control.active === this.site.region;
    const mayRequeue = isActive && (this.isActivation || !(await this.queueIsDeep()));
    return async (entries) => {
      result.open += entries.length;
      for (const { at } of entries) if (at < this.oldestAt) this.oldestAt = at;
      if (!isActive) result.closed += await this.close(entries);
      else if (mayRequeue) result.requeued += await this.requeue(entries);
    };
  }

  /**
   * With a deep queue, orders wait because of the backlog and not because their messages were lost.
   * Messages in flight count too: those of failing batches are in flight nearly all the time, and
   * each sweep would add another message per order.
   */
  private async queueIsDeep(): Promise<boolean> {
    const { runtime, region, queueUrl } = this.site;
    const request = {
      QueueUrl: queueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages" as const,
        "ApproximateNumberOfMessagesNotVisible" as const,
      ],
    };
    const answer = await within(runtime.clock, OBSERVE_TIMEOUT_MS, "queue depth", (abortSignal) =>
      runtime.sqs(region).send(new GetQueueAttributesCommand(request), { abortSignal }),
    );
    const { ApproximateNumberOfMessages = 0, ApproximateNumberOfMessagesNotVisible = 0 } =
      answer.Attributes ?? {};
    const depth =
      Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
    return depth > SWEEP_QUEUE_DEPTH_MAX;
  }

  /** The index is eventually consistent, so each order is read again before it is re-queued. */
  private async requeue(entries: readonly WorkEntry[]): Promise<number> {
    const { runtime, table } = this.site;
    const due = entries.filter((entry) => entry.at <= this.dueUntil && this.mustRequeue(entry));
    const items = await this.fulfilled(
      due.map((entry) => readOrder(runtime, table, orderIdOf(entry.pk))),
    );
    const waiting = items.filter(
      (item): item is OrderItem => item !== undefined && isOpen(item) && this.mustRequeue(item),
    );
    let requeued = 0;
    for (const calls of chunks(chunks(waiting, SQS_BATCH_SIZE), SQS_CALLS_AT_ONCE)) {
      const sent = await this.fulfilled(calls.map((hints) => this.sendHints(hints)));
      for (const hints of sent) requeued += hints;
    }
    return requeued;
  }

  private async sendHints(items: readonly OrderItem[]): Promise<number> {
    const { runtime, region, queueUrl } = this.site;
    const batch = {
      QueueUrl: queueUrl,
      Entries: items.map(({ order }, n) => ({
        Id: String(n),
        MessageBody: hintBody([order.orderId]),
      })),
    };
    await within(runtime.clock, OBSERVE_TIMEOUT_MS, "hints", (abortSignal) =>
      runtime.sqs(region).send(new SendMessageBatchCommand(batch), { abortSignal }),
    );
    return items.length;
  }

  private async close(entries: readonly WorkEntry[]): Promise<number> {
    const { runtime, region, table, sql } = this.site;
    const orderIds = entries.map((entry) => orderIdOf(entry.pk));
    const local = await seeOrders(sql, orderIds);
    if (!mayClose(this.control, region, local.epoch)) return 0;
    const replicated = entries.filter((_, i) => local.seen.has(orderIds[i]!));
    const closedAt = isoTime(runtime.clock.nowMs());
    const closing = replicated.map((entry) => closeOrder(runtime, table, entry, closedAt));
    return (await this.fulfilled(closing)).length;
  }

  /**
   * Reads shards in rounds until all are read or the time is short. A round reads the next page of
   * every shard that has one, and `work` handles these pages together.
   */
  private async eachRound(
    shards: readonly string[],
    before: string,
    work: (entries: WorkEntry[]) => Promise<void>,
  ): Promise<void> {
    const { runtime, table } = this.site;
    const queryPage = async (query: WorkQuery) => ({
      query,
      ...(await queryWork(runtime, table, query)),
    });
    let queries = shards.map((shard): WorkQuery => ({ shard, before }));
    do {
      const pages = await this.fulfilled(queries.map(queryPage));
      const found = pages.flatMap((page) => page.entries);
      if (found.length > 0) await work(found);
      queries = pages.flatMap(({ query, next }) =>
        next === undefined ? [] : [{ ...query, from: next }],
      );
    } while (queries.length > 0 && this.invocation.getRemainingTimeInMillis() > SWEEP_RESERVE_MS);
  }

  /** The results of the calls that succeed. Failures are logged, and `sweep` rethrows the first one. */
  private async fulfilled<Result>(calls: readonly Promise<Result>[]): Promise<Result[]> {
    const outcomes = await Promise.allSettled(calls);
    return outcomes.flatMap((outcome) => {
      if (outcome.status === "fulfilled") return [outcome.value];
      if (this.failures.length === 0) this.site.log.error("a call failed", outcome.reason);
      this.failures.push(outcome.reason as Error);
      return [];
    });
  }

  /**
   * An order is also re-queued if it has been open for CLOSED_KEPT_SECONDS: its row may have been
   * pruned before the other region saw it. Settling it again is harmless and inserts the row again.
   */
  private mustRequeue(entry: { at: string; settledEpoch?: number }): boolean {
    return isWaiting(entry.settledEpoch, this.control) || entry.at < this.keptSince;
  }
}

function nothingSwept(): SweepResult {
  return { open: 0, requeued: 0, closed: 0, pruned: 0 };
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const found: Item[][] = [];
  for (let i = 0; i < items.length; i += size) found.push(items.slice(i, i + size));
  return found;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
