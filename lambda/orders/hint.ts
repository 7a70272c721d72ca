import * as z from "zod/mini";
import { HINT_BODY_MAX_CHARACTERS, HINT_ORDERS_MAX } from "./tunables";

/**
 * The body of a message in the queue. It only names orders: what an order is, the ledger says. So a
 * lost, late, repeated or forged message can neither change an order nor create one.
 */
const hintSchema = z.compile(
  z.strictObject({
    orderIds: z.array(z.uuid()).check(z.minLength(1), z.maxLength(HINT_ORDERS_MAX)),
  }),
);

/** The message that asks order-processor to settle these orders, at most HINT_ORDERS_MAX. */
export function hintBody(orderIds: readonly string[]): string {
  return JSON.stringify({ orderIds });
}

/**
 * The ids of the orders that a message names, or undefined if it is not a hint. A long or deeply
 * nested text is not parsed at all.
 */
export function parseHint(body: string): string[] | undefined {
  if (body.length > HINT_BODY_MAX_CHARACTERS) return undefined;
  try {
    const { orderIds } = hintSchema.parse(JSON.parse(body));
    return orderIds.map((orderId) => orderId.toLowerCase());
  } catch {
    return undefined;
  }
}
