import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Control } from "../control/control";
import { isWaiting } from "../control/rules";
import { within } from "../runtime/clock";
import { atMost } from "../runtime/concurrently";
import type { LedgerRuntime } from "../runtime/ledger";
import { orderIdOf } from "../runtime/ledgerKeys";
import { CALLS_AT_ONCE_MAX, OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import { isOpen, readOrders, reservedNames, type WorkEntry } from "./orderItem";
import { SWEEP_PAGE_SIZE, WORK_SHARDS } from "./tunables";
import { WORK_INDEX } from "./names";

export const openShards: readonly string[] = shardsOf("open");
export const closedShards: readonly string[] = shardsOf("closed");

function shardsOf(state: "open" | "closed"): string[] {
  return Array.from({ length: WORK_SHARDS }, (_, shard) => `${state}#${shard}`);
}

export interface WorkQuery {
  shard: string;
  /** ISO 8601 time. Entries at or after it are left out. */
  before: string;
  /** Where the page begins: `next` of the page before. */
  from?: Record<string, unknown> | undefined;
  newestFirst?: boolean;
  limit?: number;
}

export interface WorkPage {
  entries: WorkEntry[];
  /** Keys of items that are in the index and are no orders. They are reported and left alone. */
  strange: string[];
  next: Record<string, unknown> | undefined;
}

const entrySchema = z.object({
  pk: z.templateLiteral(["order#", z.uuid()]),
  shard: z.string(),
  at: z.iso.datetime({ precision: 3 }),
  settledEpoch: z.optional(z.int()),
});

/**
 * Reads one page of a shard. The index is always eventually consistent (DynamoDB Developer Guide:
 * global secondary indexes), so callers check an order's item before they act on an entry.
 * @throws NoAnswerError or DynamoDB's error.
 */
export async function queryWork(
  runtime: LedgerRuntime,
  table: string,
  query: WorkQuery,
): Promise<WorkPage> {
  const input: QueryCommandInput = {
    TableName: table,
    IndexName: WORK_INDEX,
    KeyConditionExpression: "#shard = :shard AND #at < :before",
    ExpressionAttributeNames: reservedNames,
    ExpressionAttributeValues: { ":shard": query.shard, ":before": query.before },
    ScanIndexForward: query.newestFirst !== true,
    Limit: query.limit ?? SWEEP_PAGE_SIZE,
    ExclusiveStartKey: query.from,
  };
  const answer = await within(
    runtime.clock,
    OBSERVE_TIMEOUT_MS,
    `query of ${query.shard}`,
    (abortSignal) => runtime.dynamodb.send(new QueryCommand(input), { abortSignal }),
  );
  const page: WorkPage = { entries: [], strange: [], next: answer.LastEvaluatedKey };
  for (const item of answer.Items ?? []) {
    const { data } = entrySchema.safeParse(item);
    if (data === undefined) page.strange.push(String(item["pk"]));
    else page.entries.push(data);
  }
  return page;
}

/** One page of every shard that has one. */
export interface WorkRound {
  entries: WorkEntry[];
  strange: string[];
  /** Why pages could not be read. Their shards are left out of the rounds that follow. */
  failures: Error[];
  isLast: boolean;
}

/** Reads shards in rounds until all are read. A caller may stop after any round. */
export async function* workRounds(
  runtime: LedgerRuntime,
  table: string,
  queries: readonly WorkQuery[],
): AsyncGenerator<WorkRound, void, void> {
  while (queries.length > 0) {
    const outcomes = await atMost(CALLS_AT_ONCE_MAX, queries, (query) =>
      queryWork(runtime, table, query),
    );
    const round: WorkRound = { entries: [], strange: [], failures: [], isLast: false };
    const following: WorkQuery[] = [];
    outcomes.forEach((outcome, i) => {
      if (outcome.status === "rejected") return round.failures.push(outcome.reason as Error);
      const { entries, strange, next } = outcome.value;
      round.entries.push(...entries);
      round.strange.push(...strange);
      return next === undefined ? 0 : following.push({ ...queries[i]!, from: next });
    });
    queries = following;
    yield { ...round, isLast: following.length === 0 };
  }
}

/** Of each shard: a few, so that entries which are no orders or no longer wait hide no other. */
const CANDIDATES = 4;

/**
 * Finds an order that was accepted before `beforeMs` and is not settled in the current epoch.
 * Reads the newest entries of each shard: once settling has stopped, the newest orders are the ones
 * that wait. Strongly consistent reads confirm the result.
 * @returns when the oldest order found was accepted, in milliseconds since 1970, or null.
 * @throws NoAnswerError or DynamoDB's error if any shard cannot be read.
 */
export async function waitingSince(
  runtime: LedgerRuntime,
  table: string,
  control: Control,
  beforeMs: number,
): Promise<number | null> {
  const before = new Date(beforeMs).toISOString();
  const pages = await Promise.all(
    openShards.map((shard) =>
      queryWork(runtime, table, { shard, before, newestFirst: true, limit: CANDIDATES }),
    ),
  );
  const orderIds = pages
    .flatMap((page) => page.entries)
    .filter((entry) => isWaiting(entry.settledEpoch, control))
    .map(({ pk }) => orderIdOf(pk));
  if (orderIds.length === 0) return null;
  const { items } = await readOrders(runtime, table, orderIds);
  const acceptedMs = items
    .filter((item) => isOpen(item) && isWaiting(item.settledEpoch, control))
    .map((item) => Date.parse(item.acceptedAt))
    .filter((atMs) => atMs < beforeMs);
  return acceptedMs.length === 0 ? null : Math.min(...acceptedMs);
}

/** The oldest open order's entry, for a sweep that could not read all of them. */
export async function oldestEntry(
  runtime: LedgerRuntime,
  table: string,
  before: string,
): Promise<WorkEntry | undefined> {
  const queries = openShards.map((shard) => ({ shard, before, limit: 1 }));
  const { value: round } = await workRounds(runtime, table, queries).next();
  return round?.entries.sort((a, b) => a.at.localeCompare(b.at))[0];
}
