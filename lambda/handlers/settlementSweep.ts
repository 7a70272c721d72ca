import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { within } from "../shared/clock";
import type { Control } from "../shared/control";
import { seeOrders } from "../shared/database";
import { variable } from "../shared/env";
import { readControl } from "../shared/ledger";
import { createLog } from "../shared/log";
import {
  closeOrder,
  isOpen,
  orderIdOf,
  pruneOrder,
  queryWork,
  readOrder,
  type OrderItem,
  type WorkEntry,
} from "../shared/orderLedger";
import { isWaiting, mayClose } from "../shared/rules";
import type { Invocation, Runtime } from "../shared/runtime";
import {
  CLOSED_KEPT_SECONDS,
  OBSERVE_TIMEOUT_MS,
  SWEEP_AGE_SECONDS,
  SWEEP_QUEUE_DEPTH_MAX,
  WORK_SHARDS,
} from "../shared/tunables";

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

/** A page of SQS's batch calls. */
const SQS_BATCH_SIZE = 10;
/** Time kept back for the last page, so that a sweep ends by itself. */
const RESERVE_MS = 5_000;

/**
 * Brings open orders on: where this region is active it re-queues those that wait, elsewhere it
 * closes those it sees in its own database. Closed orders are pruned when their time is over.
 */
export function createSettlementSweep(
  runtime: SettlementSweepRuntime,
): (event: SweepEvent, invocation: Invocation) => Promise<SweepResult> {
  const { env, clock } = runtime;
  const region = variable(env, "AWS_REGION");
  const table = variable(env, "LEDGER_TABLE");
  const queueUrl = variable(env, "QUEUE_URL");
  const log = createLog(runtime, "settlement-sweep");
  const sql = runtime.sql({
    endpoint: variable(env, "DATABASE_READER_ENDPOINT"),
    database: variable(env, "DATABASE_NAME"),
    as: "application",
  });
  const iso = (ms: number) => new Date(ms).toISOString();

  /** Backlog is not lost hints: with a deep queue only an activation re-queues. */
  async function queueIsDeep(): Promise<boolean> {
    const answer = await within(clock, OBSERVE_TIMEOUT_MS, "queue depth", (abortSignal) =>
      runtime.sqs(region).send(
        new GetQueueAttributesCommand({
          QueueUrl: queueUrl,
          AttributeNames: ["ApproximateNumberOfMessages"],
        }),
        { abortSignal },
      ),
    );
    return Number(answer.Attributes?.ApproximateNumberOfMessages ?? 0) > SWEEP_QUEUE_DEPTH_MAX;
  }

  async function requeue(entries: readonly WorkEntry[], control: Control): Promise<number> {
    const items = await Promise.all(
      entries.map((entry) => readOrder(runtime, table, orderIdOf(entry.pk))),
    );
    const waiting = items.filter(
      (item): item is OrderItem =>
        item !== undefined && isOpen(item) && mustRequeue(item, control, clock.nowMs()),
    );
    for (let i = 0; i < waiting.length; i += SQS_BATCH_SIZE) {
      const batch = waiting.slice(i, i + SQS_BATCH_SIZE);
      await within(clock, OBSERVE_TIMEOUT_MS, "hints", (abortSignal) =>
        runtime.sqs(region).send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: batch.map(({ order, acceptedAt, acceptedIn, fingerprint }, n) => ({
              Id: String(n),
              MessageBody: JSON.stringify({ order, acceptedAt, acceptedIn, fingerprint }),
            })),
          }),
          { abortSignal },
        ),
      );
    }
    return waiting.length;
  }

  async function close(entries: readonly WorkEntry[], control: Control): Promise<number> {
    const local = await seeOrders(
      sql,
      entries.map((entry) => orderIdOf(entry.pk)),
    );
    if (!mayClose(control, region, local.epoch)) return 0;
    const seen = entries.filter((entry) => local.seen.has(orderIdOf(entry.pk)));
    const closedAt = iso(clock.nowMs());
    await Promise.all(seen.map((entry) => closeOrder(runtime, table, entry, closedAt)));
    return seen.length;
  }

  /** All pages of one shard, as long as time allows. */
  async function eachPage(
    shard: string,
    beforeMs: number,
    invocation: Invocation,
    work: (entries: WorkEntry[]) => Promise<void>,
  ): Promise<void> {
    let from: Record<string, unknown> | undefined;
    do {
      const page = await queryWork(runtime, table, shard, iso(beforeMs), from);
      if (page.entries.length > 0) await work(page.entries);
      from = page.next;
    } while (from !== undefined && invocation.getRemainingTimeInMillis() > RESERVE_MS);
  }

  return async (event, invocation) => {
    const startedMs = clock.nowMs();
    const result: SweepResult = { open: 0, requeued: 0, closed: 0, pruned: 0 };
    let oldestMs = startedMs;
    const control = await readControl(runtime, table);
    if (control === undefined || control.active === null) return result;
    const isActive = control.active === region;
    const isActivation = event.activated === control.epoch;
    const mayRequeue = isActive && (isActivation || !(await queueIsDeep()));

    async function sweep(entries: WorkEntry[]): Promise<void> {
      result.open += entries.length;
      oldestMs = Math.min(oldestMs, Date.parse(entries[0]!.at));
      if (!isActive) result.closed += await close(entries, control!);
      else if (mayRequeue) {
        const youngestMs = isActivation ? Infinity : startedMs - SWEEP_AGE_SECONDS * 1000;
        const due = entries.filter(
          (entry) => Date.parse(entry.at) <= youngestMs && mustRequeue(entry, control!, startedMs),
        );
        result.requeued += await requeue(due, control!);
      }
    }

    const shards = Array.from({ length: WORK_SHARDS }, (_, shard) => shard);
    await Promise.all(
      shards.map((shard) => eachPage(`open#${shard}`, startedMs + 1, invocation, sweep)),
    );
    // One shard a minute suffices: what is closed waits for a day anyhow.
    const pruned = `closed#${Math.floor(startedMs / 60_000) % WORK_SHARDS}`;
    await eachPage(pruned, startedMs - CLOSED_KEPT_SECONDS * 1000, invocation, async (entries) => {
      await Promise.all(entries.map((entry) => pruneOrder(runtime, table, entry)));
      result.pruned += entries.length;
    });
    log.metrics(
      "swept",
      [
        { name: "OpenOrders", value: result.open, unit: "Count", resolutionSeconds: 60 },
        {
          name: "OldestOpenSeconds",
          value: Math.round((startedMs - oldestMs) / 1000),
          unit: "Seconds",
          resolutionSeconds: 60,
        },
      ],
      { epoch: control.epoch, active: control.active, ...result },
    );
    return result;
  };
}

/**
 * Waiting, or open for so long that its row may have been pruned before the other region saw it:
 * settling it again is harmless, and brings the row back.
 */
function mustRequeue(
  entry: { at: string; settledEpoch?: number },
  control: Control,
  nowMs: number,
): boolean {
  const openMs = nowMs - Date.parse(entry.at);
  return isWaiting(entry.settledEpoch, control) || openMs > CLOSED_KEPT_SECONDS * 1000;
}
