import { DeleteCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { within } from "../runtime/clock";
import type { Control } from "../failover/control";
import { isConditionFailed, readItem, updateItem, type LedgerRuntime } from "../runtime/ledger";
import { shardOf, type StoredOrder } from "./order";
import { isWaiting } from "../failover/rules";
import { LEDGER_WRITE_TIMEOUT_MS, SWEEP_PAGE_SIZE, WORK_SHARDS } from "./tunables";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

/** An order in the ledger. Without `shard` it is REJECTED; open and closed are in the shard's name. */
export interface OrderItem extends StoredOrder {
  pk: string;
  shard?: string;
  /** acceptedAt while open, closedAt once closed: the range of the index `work`. */
  at: string;
  /** The epoch under which a region last settled it. */
  settledEpoch?: number;
  rejectedReason?: string;
}

/** What the index `work` knows of an order. */
export interface WorkEntry {
  pk: string;
  shard: string;
  at: string;
  settledEpoch?: number;
}

/** DynamoDB reserves both words: an expression that names them bare is refused. */
const reservedNames = { "#shard": "shard", "#at": "at" } as const;

export const orderKey = (orderId: string): string => `order#${orderId}`;
export const orderIdOf = (pk: string): string => pk.slice("order#".length);
export const isOpen = (item: { shard?: string }): boolean =>
  item.shard?.startsWith("open#") === true;
export const isClosed = (item: { shard?: string }): boolean =>
  item.shard?.startsWith("closed#") === true;

/**
 * Puts an order into the ledger if its id is new; otherwise returns the one that is there, which the
 * refusal itself carries (DynamoDB API Reference: PutItem, ReturnValuesOnConditionCheckFailure).
 * @throws NoAnswerError or the ledger's error: the order may or may not be stored.
 */
export async function acceptOrder(
  runtime: LedgerRuntime,
  table: string,
  stored: StoredOrder,
): Promise<"stored" | OrderItem> {
  const pk = orderKey(stored.order.orderId);
  const item: OrderItem = {
    pk,
    shard: `open#${shardOf(stored.fingerprint)}`,
    at: stored.acceptedAt,
    ...stored,
  };
  try {
    await within(runtime.clock, LEDGER_WRITE_TIMEOUT_MS, `ledger write of ${pk}`, (abortSignal) =>
      runtime.dynamodb.send(
        new PutCommand({
          TableName: table,
          Item: item,
          ConditionExpression: "attribute_not_exists(pk)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
        { abortSignal },
      ),
    );
    return "stored";
  } catch (error) {
    const existing = isConditionFailed(error) ? error.Item : undefined;
    if (existing === undefined) throw error;
    // The document client leaves what an error carries as it came.
    return unmarshall(existing) as OrderItem;
  }
}

export function readOrder(
  runtime: LedgerRuntime,
  table: string,
  orderId: string,
): Promise<OrderItem | undefined> {
  return readItem<OrderItem>(runtime, table, orderKey(orderId));
}

/** Notes that an epoch has settled an order; only upward, and never for an order already pruned. */
export function markSettled(
  runtime: LedgerRuntime,
  table: string,
  orderId: string,
  epoch: number,
): Promise<unknown> {
  return updateItem(runtime, table, orderKey(orderId), OBSERVE_TIMEOUT_MS, {
    UpdateExpression: "SET settledEpoch = :epoch",
    ConditionExpression:
      "attribute_exists(pk) AND (attribute_not_exists(settledEpoch) OR settledEpoch < :epoch)",
    ExpressionAttributeValues: { ":epoch": epoch },
  }).catch(ignoreConditionFailed);
}

/** What can never be stored leaves the index, with the reason a client is told. */
export function markRejected(
  runtime: LedgerRuntime,
  table: string,
  stored: StoredOrder,
  reason: string,
): Promise<unknown> {
  return updateItem(runtime, table, orderKey(stored.order.orderId), OBSERVE_TIMEOUT_MS, {
    UpdateExpression: "SET rejectedReason = :reason REMOVE #shard",
    ConditionExpression: "fingerprint = :fingerprint AND attribute_exists(#shard)",
    ExpressionAttributeNames: { "#shard": "shard" },
    ExpressionAttributeValues: { ":reason": reason, ":fingerprint": stored.fingerprint },
  }).catch(ignoreConditionFailed);
}

/** Its row was seen in the other region's database: the order is open no longer. */
export function closeOrder(
  runtime: LedgerRuntime,
  table: string,
  entry: WorkEntry,
  closedAt: string,
): Promise<unknown> {
  return updateItem(runtime, table, entry.pk, OBSERVE_TIMEOUT_MS, {
    UpdateExpression: "SET #shard = :closed, #at = :closedAt",
    ConditionExpression: "#shard = :open",
    ExpressionAttributeNames: reservedNames,
    ExpressionAttributeValues: {
      ":open": entry.shard,
      ":closed": entry.shard.replace("open#", "closed#"),
      ":closedAt": closedAt,
    },
  }).catch(ignoreConditionFailed);
}

/** Deletes a closed order whose time is over. */
export function pruneOrder(
  runtime: LedgerRuntime,
  table: string,
  entry: WorkEntry,
): Promise<unknown> {
  return within(runtime.clock, OBSERVE_TIMEOUT_MS, `prune of ${entry.pk}`, (abortSignal) =>
    runtime.dynamodb.send(
      new DeleteCommand({
        TableName: table,
        Key: { pk: entry.pk },
        ConditionExpression: "#shard = :closed AND #at = :closedAt",
        ExpressionAttributeNames: reservedNames,
        ExpressionAttributeValues: { ":closed": entry.shard, ":closedAt": entry.at },
      }),
      { abortSignal },
    ),
  ).catch(ignoreConditionFailed);
}

export interface WorkQuery {
  shard: string;
  /** ISO time; entries at or after it are left out. */
  before: string;
  from?: Record<string, unknown> | undefined;
  newestFirst?: boolean;
  limit?: number;
}

/** One page of a shard of the index `work`, which is always eventually consistent. */
export async function queryWork(
  runtime: LedgerRuntime,
  table: string,
  query: WorkQuery,
): Promise<{ entries: WorkEntry[]; next: Record<string, unknown> | undefined }> {
  const input: QueryCommandInput = {
    TableName: table,
    IndexName: "work",
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
 * When an order that waits since before `beforeMs` was accepted, or null. Once settling has
 * stopped, the newest orders before then are the ones that wait, so each shard is asked from its
 * end; a strong read confirms what the index says.
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

function ignoreConditionFailed(error: unknown): void {
  if (!isConditionFailed(error)) throw error;
}
