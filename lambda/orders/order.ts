import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { WORK_SHARDS } from "./tunables";

/** Says what is allowed, also where a field is missing or no text at all. */
function text(pattern: RegExp, allowed: string) {
  return z.string(allowed).check(z.regex(pattern, allowed));
}

/** Positive decimal text that `numeric(20,8)` holds exactly; money is never a float. */
const decimal = text(
  /^(?=.*[1-9])\d{1,12}(\.\d{1,8})?$/,
  "a positive decimal text, 12 digits and 8 decimals",
);
const label = text(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, - or _");

const schema = z.strictObject(
  {
    orderId: z.uuid("a UUID"),
    accountId: label,
    sessionId: label,
    symbol: text(/^[A-Z0-9.-]{1,12}$/, "1 to 12 capitals, digits, . or -"),
    side: z.enum(["BUY", "SELL"], "BUY or SELL"),
    quantity: decimal,
    limitPrice: z.optional(decimal),
  },
  "a JSON object",
);

/** What a client sends: a limit order with `limitPrice`, a market order without. */
export type Order = z.infer<typeof schema>;

/** An order as the ledger holds it and as a hint carries it. */
export interface StoredOrder {
  order: Order;
  acceptedAt: string;
  acceptedIn: string;
  /** Two orders with one fingerprint are the same order. */
  fingerprint: string;
}

export type Validation = { order: Order } | { problems: { field: string; problem: string }[] };

/** Every offending field is named, not just the first. */
export function validateOrder(body: unknown): Validation {
  const parsed = schema.safeParse(body);
  if (parsed.success)
    return { order: { ...parsed.data, orderId: parsed.data.orderId.toLowerCase() } };
  return {
    problems: parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((field) => ({ field, problem: "unknown field" }))
        : [{ field: issue.path.join(".") || "body", problem: issue.message }],
    ),
  };
}

export function storedOrder(order: Order, acceptedAt: string, acceptedIn: string): StoredOrder {
  return { order, acceptedAt, acceptedIn, fingerprint: fingerprintOf(order) };
}

function fingerprintOf(order: Order): string {
  const canonical = [
    order.orderId,
    order.accountId,
    order.sessionId,
    order.symbol,
    order.side,
    order.quantity,
    order.limitPrice ?? "",
  ];
  return createHash("sha256").update(canonical.join("|")).digest("hex");
}

/** The shard of the work index an order belongs to: spread by hash, client ids need not be random. */
export function shardOf(fingerprint: string): number {
  return parseInt(fingerprint.slice(0, 4), 16) % WORK_SHARDS;
}
