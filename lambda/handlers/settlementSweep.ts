import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { within } from "../runtime/clock";
import type { Control } from "../failover/control";
import { seeOrders } from "../orders/database";
import { variable } from "../runtime/env";
import { readControl } from "../failover/controlItem";
import { createLog, type Log } from "../runtime/log";
import {
  closeOrder,
  isOpen,
  orderIdOf,
  pruneOrder,
  queryWork,
  readOrder,
  type OrderItem,
  type WorkEntry,
  type WorkQuery,
} from "../orders/orderLedger";
import { isWaiting, mayClose } from "../failover/rules";
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

/** Every minute `{ trigger: "schedule" }`; upon activation `{ activated: epoch }`. */
export interface SweepEvent {
  trigger?: "schedule";
  activated?: number;
}

export interface SweepResult {
  open: number;
  requeued: number;
  closed: number;
  pruned: number;
}

const openShards = Array.from({ length: WORK_SHARDS }, (_, shard) => `open#${shard}`);

/** A page of SQS's batch calls. */
const SQS_BATCH_SIZE = 10;
/** Below the 50 sockets of an SDK client: a call's time must not pass while it waits for one. */
const SQS_CALLS_AT_ONCE = 16;

/**
 * Brings open orders on: where this region is active it re-queues those that wait, elsewhere it
 * closes those it sees in its own database. Closed orders are pruned when their time is over.
 */
export function createSettlementSweep(
  runtime: SettlementSweepRuntime,
): (event: SweepEvent, invocation: Invocation) => Promise<SweepResult> {
  const site = new SweepSite(runtime);
  return async (event, invocation) => {
    const control = await readControl(runtime, site.table);
    if (control === undefined || control.active === null) return nothingSwept();
    return new Sweep(site, control, event.activated === control.epoch, invocation).run();
  };
}

/** Where a sweep runs: fixed for the life of an execution environment. */
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

/** One run, under one reading of the control item. */
class Sweep {
  private readonly startedMs: number;
  /** ISO times: what was accepted before `keptSince` may have been pruned; later than `dueUntil` is not yet due. */
  private readonly keptSince: string;
  private readonly dueUntil: string;
  private readonly result = nothingSwept();
  private readonly failures: Error[] = [];
  /** ISO time of the oldest open order, or of the start. */
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

  /** @throws the first failure, once everything else is done. */
  async run(): Promise<SweepResult> {
    const { site, control, startedMs, result } = this;
    const work = await this.workOfThisRegion();
    const untilNow = isoTime(startedMs + 1);
    await this.eachRound(openShards, untilNow, work);
    // One shard a minute suffices: what is closed waits for a day anyhow.
    const closedShard = `closed#${Math.floor(startedMs / 60_000) % WORK_SHARDS}`;
    await this.eachRound([closedShard], this.keptSince, async (entries) => {
      const pruned = entries.map((entry) => pruneOrder(site.runtime, site.table, entry));
      result.pruned += (await this.answered(pruned)).length;
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

  private async workOfThisRegion(): Promise<(entries: WorkEntry[]) => Promise<void>> {
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
   * Backlog is not lost hints: with a deep queue only an activation re-queues. Hints of batches
   * that fail are in flight nearly all the time; each round would add another of every order.
   */
  private async queueIsDeep(): Promise<boolean> {
    const { runtime, region, queueUrl } = this.site;
    const question = {
      QueueUrl: queueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages" as const,
        "ApproximateNumberOfMessagesNotVisible" as const,
      ],
    };
    const answer = await within(runtime.clock, OBSERVE_TIMEOUT_MS, "queue depth", (abortSignal) =>
      runtime.sqs(region).send(new GetQueueAttributesCommand(question), { abortSignal }),
    );
    const { ApproximateNumberOfMessages = 0, ApproximateNumberOfMessagesNotVisible = 0 } =
      answer.Attributes ?? {};
    const depth =
      Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
    return depth > SWEEP_QUEUE_DEPTH_MAX;
  }

  /** A strong read of each order decides; the index only says where to look. */
  private async requeue(entries: readonly WorkEntry[]): Promise<number> {
    const { runtime, table } = this.site;
    const due = entries.filter((entry) => entry.at <= this.dueUntil && this.mustRequeue(entry));
    const items = await this.answered(
      due.map((entry) => readOrder(runtime, table, orderIdOf(entry.pk))),
    );
    const waiting = items.filter(
      (item): item is OrderItem => item !== undefined && isOpen(item) && this.mustRequeue(item),
    );
    let requeued = 0;
    for (const calls of chunks(chunks(waiting, SQS_BATCH_SIZE), SQS_CALLS_AT_ONCE)) {
      const sent = await this.answered(calls.map((hints) => this.sendHints(hints)));
      for (const hints of sent) requeued += hints;
    }
    return requeued;
  }

  private async sendHints(items: readonly OrderItem[]): Promise<number> {
    const { runtime, region, queueUrl } = this.site;
    const batch = {
      QueueUrl: queueUrl,
      Entries: items.map(({ order, acceptedAt, acceptedIn, fingerprint }, n) => ({
        Id: String(n),
        MessageBody: JSON.stringify({ order, acceptedAt, acceptedIn, fingerprint }),
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
    const seen = entries.filter((_, i) => local.seen.has(orderIds[i]!));
    const closedAt = isoTime(runtime.clock.nowMs());
    const closed = seen.map((entry) => closeOrder(runtime, table, entry, closedAt));
    return (await this.answered(closed)).length;
  }

  /**
   * Everything in some shards, as long as time allows: round by round a page of each that has more,
   * worked on together.
   */
  private async eachRound(
    shards: readonly string[],
    before: string,
    work: (entries: WorkEntry[]) => Promise<void>,
  ): Promise<void> {
    const { runtime, table } = this.site;
    const ask = async (query: WorkQuery) => ({
      query,
      ...(await queryWork(runtime, table, query)),
    });
    let queries = shards.map((shard): WorkQuery => ({ shard, before }));
    do {
      const pages = await this.answered(queries.map(ask));
      const found = pages.flatMap((page) => page.entries);
      if (found.length > 0) await work(found);
      queries = pages.flatMap(({ query, next }) =>
        next === undefined ? [] : [{ ...query, from: next }],
      );
    } while (queries.length > 0 && this.invocation.getRemainingTimeInMillis() > SWEEP_RESERVE_MS);
  }

  /** What was answered: a failure keeps the rest from nothing, and is thrown when all is done. */
  private async answered<Answer>(asked: readonly Promise<Answer>[]): Promise<Answer[]> {
    const outcomes = await Promise.allSettled(asked);
    return outcomes.flatMap((outcome) => {
      if (outcome.status === "fulfilled") return [outcome.value];
      this.failures.push(outcome.reason as Error);
      return [];
    });
  }

  /**
   * Waiting, or open for so long that its row may have been pruned before the other region saw it:
   * settling it again is harmless, and brings the row back.
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
