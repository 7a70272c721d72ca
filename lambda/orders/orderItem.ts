import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { within } from "../runtime/clock";
import { isConditionFailed, readItem, updateItem, type LedgerRuntime } from "../runtime/ledger";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import { shardOf, type StoredOrder } from "./order";
import { LEDGER_WRITE_TIMEOUT_MS } from "./tunables";

/** An order's item in the ledger. */
export interface OrderItem extends StoredOrder {
  /** `order#` and the order id. */
  pk: string;
  /** `open#` or `closed#` and a number. A rejected order has none, so it is not in the index `work`. */
  shard?: string;
  /** ISO 8601: acceptedAt while the order is open, the time of closing afterwards. */
  at: string;
  /** The last epoch under which a region settled the order. */
  settledEpoch?: number;
  rejectedReason?: string;
}

/** The attributes of an order's item that the index `work` contains. */
export type WorkEntry = Required<Pick<OrderItem, "pk" | "shard" | "at">> &
  Pick<OrderItem, "settledEpoch">;

/** DynamoDB reserves both words, so an expression must use placeholders (DynamoDB: reserved words). */
export const reservedNames = { "#shard": "shard", "#at": "at" } as const;

export const orderKey = (orderId: string): string => `order#${orderId}`;
export const orderIdOf = (pk: string): string => pk.slice("order#".length);
export const isOpen = (item: { shard?: string }): boolean =>
  item.shard?.startsWith("open#") === true;
export const isClosed = (item: { shard?: string }): boolean =>
  item.shard?.startsWith("closed#") === true;

/**
 * Stores an order if its id is new. Otherwise returns the item that has the id: the error of the
 * conditional write carries it (DynamoDB API: PutItem, ReturnValuesOnConditionCheckFailure).
 * @throws NoAnswerError or DynamoDB's error. The order may or may not be stored then.
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
    // The document client does not convert the item in an error.
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

/** Records that an epoch has settled an order, unless a later one has or the order was deleted. */
export async function markSettled(
  runtime: LedgerRuntime,
  table: string,
  orderId: string,
  epoch: number,
): Promise<void> {
  const update = updateItem(runtime, table, orderKey(orderId), OBSERVE_TIMEOUT_MS, {
    UpdateExpression: "SET settledEpoch = :epoch",
    ConditionExpression:
      "attribute_exists(pk) AND (attribute_not_exists(settledEpoch) OR settledEpoch < :epoch)",
    ExpressionAttributeValues: { ":epoch": epoch },
  });
  await unlessConditionFailed(update);
}

/** Records why an order can never be settled, and removes it from the index `work`. */
export async function markRejected(
  runtime: LedgerRuntime,
  table: string,
  stored: StoredOrder,
  reason: string,
): Promise<void> {
  const update = updateItem(runtime, table, orderKey(stored.order.orderId), OBSERVE_TIMEOUT_MS, {
    UpdateExpression: "SET rejectedReason = :reason REMOVE #shard",
    ConditionExpression: "fingerprint = :fingerprint AND attribute_exists(#shard)",
    ExpressionAttributeNames: { "#shard": "shard" },
    ExpressionAttributeValues: { ":reason": reason, ":fingerprint": stored.fingerprint },
  });
  await unlessConditionFailed(update);
}

/** A condition that does not hold is no error here: another invocation has done the same, or more. */
async function unlessConditionFailed(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}
