import { readControl } from "../control/controlItem";
import type { Control } from "../control/control";
import { mayClose } from "../control/rules";
import { closingOfSeen, deletion } from "../orders/ledgerStatements";
import { seeOrders } from "../orders/database";
import { mustSettle, type WorkEntry } from "../orders/orderItem";
import { hintsWaiting, sendBacklog, type BacklogQueues } from "../orders/backlog";
import {
  CLOSED_KEPT_SECONDS,
  SWEEP_AGE_SECONDS,
  SWEEP_QUEUE_DEPTH_MAX,
  SWEEP_RESERVE_MS,
} from "../orders/tunables";
import {
  closedShards,
  oldestEntry,
  openShards,
  workRounds,
  type WorkQuery,
} from "../orders/workIndex";
import { atMost, pieces } from "../runtime/concurrently";
import { variable } from "../runtime/env";
import { readSweepEvent } from "../runtime/events";
import { orderIdOf } from "../runtime/ledgerKeys";
import { createLog, type Log } from "../runtime/log";
import type { Invocation, Runtime, Sql } from "../runtime/runtime";
import { executeStatements, STATEMENTS_MAX, type LedgerStatement } from "../runtime/statements";
import { CALLS_AT_ONCE_MAX } from "../runtime/tunables";

export type SettlementSweepRuntime = Pick<
  Runtime,
  "env" | "clock" | "write" | "dynamodb" | "sqs" | "sql"
>;

/** Number of orders by what the sweep found or did. */
export interface SweepResult {
  open: number;
  requeued: number;
  closed: number;
  pruned: number;
}

/** The answer to an operator's question: which orders this region's database has. */
export interface Seen {
  epoch: number | null;
  seen: string[];
}

/**
 * Goes through the open orders. In the active region it re-queues those that wait. In the other
 * region it closes those that have been replicated to its database, and deletes closed orders after
 * CLOSED_KEPT_SECONDS. What it does not reach in its time is left to the next sweep.
 */
export function createSettlementSweep(
  runtime: SettlementSweepRuntime,
): (event: unknown, invocation: Invocation) => Promise<SweepResult | Seen> {
  const site = new SweepSite(runtime);
  return async (received, invocation) => {
    const event = readSweepEvent(received);
    if ("see" in event) return site.see(event.see);
    const control = await readControl(runtime, site.table);
    if (control === undefined || control.active === null) return nothingSwept();
    return new Sweep(
      site,
      control,
      "activated" in event && event.activated === control.epoch,
      invocation,
    ).sweep();
  };
}

/** What all sweeps of an execution environment share. */
class SweepSite {
  readonly region: string;
  readonly table: string;
  readonly queues: BacklogQueues;
  readonly log: Log;
  readonly sql: Sql;

  constructor(readonly runtime: SettlementSweepRuntime) {
    const { env } = runtime;
    this.region = variable(env, "AWS_REGION");
    this.table = variable(env, "LEDGER_TABLE");
    this.queues = {
      orders: variable(env, "QUEUE_URL"),
      backlog: variable(env, "BACKLOG_QUEUE_URL"),
    };
    this.log = createLog(runtime, "settlement-sweep");
    this.sql = runtime.sql({
      endpoint: variable(env, "DATABASE_READER_ENDPOINT"),
      database: variable(env, "DATABASE_NAME"),
      as: "application",
    });
  }

  async see(orderIds: readonly string[]): Promise<Seen> {
    const { epoch, fingerprints } = await seeOrders(this.sql, orderIds);
    return { epoch, seen: orderIds.filter((id) => fingerprints.has(id)) };
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

  /**
   * One failure does not stop the rest, and the metrics are written in any case.
   * @throws the first failure at the end.
   */
  async sweep(): Promise<SweepResult> {
    const { result, control } = this;
    if (control.active === this.site.region) await this.requeueWaiting();
    else {
      await this.closeReplicated();
      await this.pruneClosed();
    }
    this.publish();
    const [failure] = this.failures;
    if (failure !== undefined) throw failure;
    return result;
  }

  /**
   * Starts with the newest orders, so that a lost message of a new order is found however many are
   * open. After an activation all orders wait, and the oldest come first.
   */
  private async requeueWaiting(): Promise<void> {
    const newestFirst = !this.isActivation;
    const mayRequeue = this.isActivation || !(await this.attempt(true, () => this.queueIsDeep()));
    const isRead = await this.eachOpen(newestFirst, async (entries) => {
      if (mayRequeue) await this.requeue(entries);
    });
    if (isRead || !newestFirst) return;
    const oldest = await this.attempt(undefined, () =>
      oldestEntry(this.site.runtime, this.site.table, isoTime(this.startedMs)),
    );
    if (oldest !== undefined && oldest.at < this.oldestAt) this.oldestAt = oldest.at;
  }

  /**
   * With a deep queue, orders wait because of the backlog and not because their messages were lost.
   * Messages in flight count too: those of failing batches are in flight nearly all the time, and
   * each sweep would add another message per order.
   */
  private async queueIsDeep(): Promise<boolean> {
    const { runtime, region, queues } = this.site;
    return (await hintsWaiting(runtime, region, queues)) > SWEEP_QUEUE_DEPTH_MAX;
  }

  /** The index is eventually consistent. The processor reads each order before it settles it. */
  private async requeue(entries: readonly WorkEntry[]): Promise<void> {
    const due = entries.filter(
      (entry) => entry.at <= this.dueUntil && mustSettle(entry, this.control, this.startedMs),
    );
    const { runtime, region, queues } = this.site;
    const outcomes = await sendBacklog(
      runtime,
      { region, queueUrl: queues.backlog },
      due.map(({ pk }) => orderIdOf(pk)),
      this.mayGoOn,
    );
    for (const requeued of this.fulfilled(outcomes)) this.result.requeued += requeued;
  }

  /** Closes from the oldest order on, as that one is most likely to have been replicated. */
  private async closeReplicated(): Promise<void> {
    const { control, site, result } = this;
    await this.eachOpen(false, async (entries) => {
      const orderIds = entries.map(({ pk }) => orderIdOf(pk));
      const seen = await seeOrders(site.sql, orderIds);
      if (!mayClose(control, site.region, seen.epoch)) return;
      const closedAt = isoTime(site.runtime.clock.nowMs());
      const statements = closingOfSeen(site.table, entries, seen.fingerprints, closedAt);
      result.closed += await this.execute("closing", statements);
    });
  }

  /** Only here, in the region that is not active: the writes of two regions would conflict. */
  private async pruneClosed(): Promise<void> {
    const { table } = this.site;
    const queries = closedShards.map((shard) => ({ shard, before: this.keptSince }));
    await this.eachRound(queries, async (entries) => {
      const deletions = entries.map((entry) => deletion(table, entry));
      this.result.pruned += await this.execute("pruning", deletions);
    });
  }

  /** @returns how many statements were carried out. */
  private async execute(what: string, statements: readonly LedgerStatement[]): Promise<number> {
    const outcomes = await atMost(
      CALLS_AT_ONCE_MAX,
      pieces(statements, STATEMENTS_MAX),
      (piece) => executeStatements(this.site.runtime, what, piece),
      this.mayGoOn,
    );
    const each = this.fulfilled(outcomes).flat();
    for (const outcome of each) if (outcome instanceof Error) this.failed(outcome);
    return each.filter((outcome) => outcome === "done").length;
  }

  /** Counts open orders and hands them on. @returns whether all of them were read. */
  private eachOpen(
    newestFirst: boolean,
    work: (entries: WorkEntry[]) => Promise<void>,
  ): Promise<boolean> {
    const before = isoTime(this.startedMs + 1);
    const queries = openShards.map((shard) => ({ shard, before, newestFirst }));
    return this.eachRound(queries, async (entries) => {
      this.result.open += entries.length;
      for (const { at } of entries) if (at < this.oldestAt) this.oldestAt = at;
      await work(entries);
    });
  }

  /** Hands on the entries of each round until the time is short. @returns whether all were read. */
  private async eachRound(
    queries: readonly WorkQuery[],
    work: (entries: WorkEntry[]) => Promise<void>,
  ): Promise<boolean> {
    const { runtime, table } = this.site;
    for await (const { entries, strange, failures, isLast } of workRounds(
      runtime,
      table,
      queries,
    )) {
      for (const failure of failures) this.failed(failure);
      for (const pk of strange) this.failed(new Error(`the index work has no order in ${pk}`));
      if (entries.length > 0) await this.attempt(undefined, () => work(entries));
      if (isLast) return true;
      if (!this.mayGoOn()) return false;
    }
    return true;
  }

  private readonly mayGoOn = (): boolean =>
    this.invocation.getRemainingTimeInMillis() > SWEEP_RESERVE_MS;

  /** The result of a step, or `instead` if it fails. */
  private async attempt<Result>(instead: Result, step: () => Promise<Result>): Promise<Result> {
    const [outcome] = await Promise.allSettled([step()]);
    return this.fulfilled([outcome])[0] ?? instead;
  }

  private fulfilled<Result>(outcomes: readonly PromiseSettledResult<Result>[]): Result[] {
    return outcomes.flatMap((outcome) => {
      if (outcome.status === "fulfilled") return [outcome.value];
      this.failed(outcome.reason as Error);
      return [];
    });
  }

  private failed(failure: Error): void {
    if (this.failures.length === 0) this.site.log.error("a step failed", failure);
    this.failures.push(failure);
  }

  private publish(): void {
    const { control, result, startedMs, failures } = this;
    const oldestSeconds = Math.round((startedMs - Date.parse(this.oldestAt)) / 1000);
    this.site.log.metrics(
      "swept",
      [
        { name: "OpenOrders", value: result.open, unit: "Count", resolutionSeconds: 60 },
        { name: "OldestOpenSeconds", value: oldestSeconds, unit: "Seconds", resolutionSeconds: 60 },
      ],
      { epoch: control.epoch, active: control.active, failures: failures.length, ...result },
    );
  }
}

function nothingSwept(): SweepResult {
  return { open: 0, requeued: 0, closed: 0, pruned: 0 };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
