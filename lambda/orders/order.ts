import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { WORK_SHARDS } from "./tunables";

/** Descriptions of the fields, for the API contract. */
export const orderDescriptions = z.registry<{ description: string }>();

/** A text field. `allowed` is the message for a wrong, a missing and a non-text value alike. */
function text(pattern: RegExp, allowed: string) {
  return z.string(allowed).check(z.regex(pattern, allowed));
}

/** A decimal as text, because a float cannot represent money exactly. Fits `numeric(20,8)`. */
const decimal = () =>
  text(/^(?=.*[1-9])\d{1,12}(\.\d{1,8})?$/, "a positive decimal text, 12 digits and 8 decimals");
const label = () => text(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, - or _");

/**
 * The one definition of an order. The validation, the type and the schema in the API contract
 * (`npm run docs:api` writes it) follow from it. `orderColumns` says where each field is stored. A new
 * field must be optional: orders that are already stored do not have it.
 */
export const orderSchema = z.strictObject(
  {
    orderId: z.uuid("a UUID").register(orderDescriptions, {
      description: "Chosen by the client, of any version but 8. A retry uses the same id",
    }),
    accountId: label().register(orderDescriptions, { description: "The account of the token" }),
    sessionId: label().register(orderDescriptions, { description: "The client's trading session" }),
    symbol: text(/^[A-Z0-9.-]{1,12}$/, "1 to 12 capitals, digits, . or -").register(
      orderDescriptions,
      { description: "Ticker symbol" },
    ),
    side: z.enum(["BUY", "SELL"], "BUY or SELL"),
    quantity: decimal().register(orderDescriptions, { description: "Positive decimal text" }),
    limitPrice: z.optional(decimal()).register(orderDescriptions, {
      description: "Positive decimal text",
    }),
  },
  "a JSON object",
);
orderDescriptions.add(orderSchema, {
  description: "A limit order with limitPrice, a market order without",
});

/** An order as a client sends it: a limit order if it has a `limitPrice`, otherwise a market order. */
export type Order = z.infer<typeof orderSchema>;

/** Column and SQL type of each field in the table `orders`. A new field needs a migration, too. */
export const orderColumns: Readonly<Record<keyof Order, { column: string; type: string }>> = {
  orderId: { column: "id", type: "uuid" },
  accountId: { column: "account_id", type: "text" },
  sessionId: { column: "session_id", type: "text" },
  symbol: { column: "symbol", type: "text" },
  side: { column: "side", type: "text" },
  quantity: { column: "quantity", type: "numeric" },
  limitPrice: { column: "limit_price", type: "numeric" },
};

/** All field names of an order. */
export const orderFields = Object.keys(orderColumns) as (keyof Order)[];

/** The fields of an accepted order, as the ledger stores it. */
export const storedOrderFields = {
  order: orderSchema,
  /** ISO 8601 time, UTC. */
  acceptedAt: z.iso.datetime(),
  /** The region that accepted it. */
  acceptedIn: z.string(),
  /** SHA-256 over the order's fields, in hex. Equal fingerprints mean the same order. */
  fingerprint: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
};

export type StoredOrder = {
  [Field in keyof typeof storedOrderFields]: z.infer<(typeof storedOrderFields)[Field]>;
};

export type Validation = { order: Order } | { problems: { field: string; problem: string }[] };

/** Validates the body of a request. Reports every wrong field, not only the first. */
export function validateOrder(body: unknown): Validation {
  const parsed = orderSchema.safeParse(body);
  if (parsed.success)
    // PostgreSQL returns UUIDs in lower case.
    return { order: { ...parsed.data, orderId: parsed.data.orderId.toLowerCase() } };
  return {
    problems: parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((field) => ({ field, problem: "unknown field" }))
        : [{ field: issue.path.join(".") || "body", problem: issue.message }],
    ),
  };
}

/** What a client reads whose order has the id of another one. */
export const ID_WAS_USED = "this orderId was used for another order";

/** True for a text that can be the id of an order. */
export function isOrderId(text: string): boolean {
  return orderSchema.shape.orderId.safeParse(text).success;
}

export function storedOrder(order: Order, acceptedAt: string, acceptedIn: string): StoredOrder {
  return { order, acceptedAt, acceptedIn, fingerprint: fingerprintOf(order) };
}

/**
 * The values of the first seven fields, in this order, then each later field as a JSON pair if the
 * order has it. So an order without a later field keeps its fingerprint. Never change this: a retry
 * that arrives after a deployment would get another fingerprint and be refused with 409.
 */
export function fingerprintOf(order: Order): string {
  const { orderId, accountId, sessionId, symbol, side, quantity, limitPrice, ...later } = order;
  const first = [orderId, accountId, sessionId, symbol, side, quantity, limitPrice ?? ""];
  const present = Object.entries(later)
    .filter(([, value]) => value !== undefined)
    .map((pair) => JSON.stringify(pair))
    .sort();
  return createHash("sha256")
    .update([...first, ...present].join("|"))
    .digest("hex");
}

/** The shard of the index `work`. It follows from the hash, because clients' ids need not be random. */
export function shardOf(fingerprint: string): number {
  return parseInt(fingerprint.slice(0, 4), 16) % WORK_SHARDS;
}
