import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import type { Control } from "../control/control";
import { isWaiting } from "../control/rules";
import { within } from "../runtime/clock";
import type { LedgerRuntime } from "../runtime/ledger";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import { isOpen, orderIdOf, readOrder, reservedNames, type WorkEntry } from "./orderItem";
import { SWEEP_PAGE_SIZE, WORK_SHARDS } from "./tunables";
import { WORK_INDEX } from "./names";

export interface WorkQuery {
  shard: string;
  /** ISO 8601 time. Entries at or after it are left out. */
  before: string;
  /** Where the page begins: `next` of the page before. */
  from?: Record<string, unknown> | undefined;
  newestFirst?: boolean;
  limit?: number;
}

/**
 * Reads one page of a shard. The index is always eventually consistent (DynamoDB Developer Guide:
 * global secondary indexes), so callers check an order's item before they act on an entry.
 * @throws NoAnswerError or DynamoDB's error.
 */
export async function queryWork(
  runtime: LedgerRuntime,
  table: string,
  query: WorkQuery,
): Promise<{ entries: WorkEntry[]; next: Record<string, unknown> | undefined }> {
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
  return { entries: (answer.Items ?? []) as WorkEntry[], next: answer.LastEvaluatedKey };
}

/**
 * Finds an order that was accepted before `beforeMs` and is not settled in the current epoch.
 * Reads the newest such entry of each shard: once settling has stopped, the newest orders are the
 * ones that wait. A strongly consistent read confirms the result.
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
    Array.from({ length: WORK_SHARDS }, (_, shard) =>
      queryWork(runtime, table, { shard: `open#${shard}`, before, newestFirst: true, limit: 1 }),
    ),
  );
  const candidate = pages
    .flatMap((page) => page.entries)
    .filter((entry) => isWaiting(entry.settledEpoch, control))
    .sort((a, b) => a.at.localeCompare(b.at))[0];
  if (candidate === undefined) return null;
  const item = await readOrder(runtime, table, orderIdOf(candidate.pk));
  const waits = item !== undefined && isOpen(item) && isWaiting(item.settledEpoch, control);
  return waits ? Date.parse(item.acceptedAt) : null;
}
