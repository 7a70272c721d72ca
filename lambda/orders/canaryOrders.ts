import { CANARY_ACCOUNT } from "../auth/tunables";

/** Where canary orders are placed. Clients place theirs at /orders, under another throttle. */
export const CANARY_ORDERS_PATH = "/canary-orders";

/**
 * UUIDs of version 8, whose content RFC 9562 leaves to applications, are reserved for canary orders.
 * Otherwise a client could place orders with the ids of later canary orders, which would then get 409.
 */
export const CANARY_ID_VERSION = "8";

export function isCanaryId(orderId: string): boolean {
  return orderId[14] === CANARY_ID_VERSION;
}

/** The body of the request that places a canary order. */
export function canaryOrderBody(orderId: string): string {
  return JSON.stringify({
    orderId,
    accountId: CANARY_ACCOUNT,
    sessionId: CANARY_ACCOUNT,
    symbol: "CANARY",
    side: "BUY",
    quantity: "1",
  });
}
