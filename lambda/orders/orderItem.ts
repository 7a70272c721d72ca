import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { Control } from "../control/control";
import { isWaiting } from "../control/rules";
import { within } from "../runtime/clock";
import {
  isConditionFailed,
  readItem,
  readItems,
  updateItem,
  type ItemsRead,
  type LedgerRuntime,
} from "../runtime/ledger";
import { isOrderKey, orderIdOf, orderKey } from "../runtime/ledgerKeys";
import { wrongFields } from "../runtime/schema";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import { shardOf, storedOrderFields, type StoredOrder } from "./order";
import { CLOSED_KEPT_SECONDS, LEDGER_WRITE_TIMEOUT_MS } from "./tunables";

/** An order's item in the ledger. Compiled, because order-processor checks every order with it. */
const orderItemSchema = z.compile(
  z.object({
    ...storedOrderFields,
    /** `order#` and the order id. */
    pk: z.string(),
    /** `open#` or `closed#` and a number. A rejected order has none, so it is not in the index `work`. */
    shard: z.optional(z.string().check(z.regex(/^(open|closed)#\d+$/))),
    /** ISO 8601: acceptedAt while the order is open, the time of closing afterwards. */
    at: z.iso.datetime(),
    /** The last epoch under which a region settled the order. */
    settledEpoch: z.optional(z.int()),
    rejectedReason: z.optional(z.string()),
  }),
);

export type OrderItem = z.infer<typeof orderItemSchema>;

/** The attributes of an order's item that the index `work` contains. */
export type WorkEntry = Required<Pick<OrderItem, "pk" | "shard" | "at">> &
  Pick<OrderItem, "settledEpoch">;

/** DynamoDB reserves both words, so an expression must use placeholders (DynamoDB: reserved words). */
export const reservedNames = { "#shard": "shard", "#at": "at" } as const;

export const isOpen = (item: { shard?: string }): boolean =>
  item.shard?.startsWith("open#") === true;
export const isClosed = (item: { shard?: string }): boolean =>
  item.shard?.startsWith("closed#") === true;

/**
 * Which open orders the active region settles: those that wait, and those that have been open for
 * CLOSED_KEPT_SECONDS. The row of such an order may have been pruned before the other region saw it.
 * Settling it again is harmless and inserts the row again.
 */
export function mustSettle(
  item: Pick<OrderItem, "at" | "settledEpoch">,
  control: Control,
  nowMs: number,
): boolean {
  return (
    isWaiting(item.settledEpoch, control) ||
    Date.parse(item.at) < nowMs - CLOSED_KEPT_SECONDS * 1000
  );
}

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
    return parseItem(pk, unmarshall(existing));
  }
}

/**
 * Reads an order with a strongly consistent read. Returns undefined if there is no such order.
 * @throws MalformedOrderError, NoAnswerError or DynamoDB's error.
 */
export async function readOrder(
  runtime: LedgerRuntime,
  table: string,
  orderId: string,
): Promise<OrderItem | undefined> {
  const pk = orderKey(orderId);
  const item = await readItem<unknown>(runtime, table, pk);
  return item === undefined ? undefined : parseItem(pk, item);
}

/** What a read of several orders found. Ids without an item appear nowhere. */
export interface FoundOrders {
  items: OrderItem[];
  /** One error for each order whose item is malformed. */
  malformed: MalformedOrderError[];
  /** Ids of orders that DynamoDB did not get to. */
  unread: string[];
}

/**
 * Reads orders with strongly consistent reads. One malformed item does not hide the others.
 * @throws NoAnswerError or DynamoDB's error.
 */
export async function readOrders(
  runtime: LedgerRuntime,
  table: string,
  orderIds: readonly string[],
): Promise<FoundOrders> {
  return ordersOf(await readItems(runtime, table, orderIds.map(orderKey)));
}

/** The orders of a read, which may have asked for other items too. */
export function ordersOf({ items, unread }: ItemsRead): FoundOrders {
  const found: FoundOrders = {
    items: [],
    malformed: [],
    unread: unread.filter(isOrderKey).map(orderIdOf),
  };
  for (const [pk, item] of items) {
    if (!isOrderKey(pk)) continue;
    try {
      found.items.push(parseItem(pk, item));
    } catch (error) {
      found.malformed.push(error as MalformedOrderError);
    }
  }
  return found;
}

/** An order's item is not what order-api writes. Somebody must repair it by hand. */
export class MalformedOrderError extends Error {
  override readonly name = "MalformedOrderError";
}

function parseItem(pk: string, item: unknown): OrderItem {
  const parsed = orderItemSchema.safeParse(item);
  if (parsed.success && orderKey(parsed.data.order.orderId) === pk) return parsed.data;
  const wrong = parsed.success ? "order.orderId" : wrongFields(parsed.error);
  throw new MalformedOrderError(`the item ${pk} is malformed in ${wrong}; repair it by hand`);
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
