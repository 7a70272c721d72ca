import { createHash } from "node:crypto";
import { CANARY_ID_VERSION, CANARY_ORDERS_PATH, canaryOrderBody } from "../orders/canaryOrders";
import { variable } from "../runtime/env";
import type { HttpRequest, Runtime } from "../runtime/runtime";
import { LOOK_SLOT_SECONDS } from "./tunables";

/**
 * The request that places the canary order of a slot. All requests of a slot have the same order id,
 * so that a slot adds one row, and so that retries are exercised too.
 */
export async function canaryOrder(
  runtime: Pick<Runtime, "env" | "canaryToken">,
  apiUrl: string,
  atMs: number,
): Promise<HttpRequest> {
  return {
    method: "POST",
    url: `${apiUrl}${CANARY_ORDERS_PATH}`,
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${await runtime.canaryToken()}`,
    },
    body: canaryOrderBody(canaryId(variable(runtime.env, "ENVIRONMENT"), atMs)),
  };
}

/** A UUID that depends only on the environment and the slot. Clients cannot place orders with it. */
function canaryId(environment: string, atMs: number): string {
  const slot = Math.floor(atMs / (LOOK_SLOT_SECONDS * 1000));
  const hex = createHash("sha256").update(`${environment}#${slot}`).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `${CANARY_ID_VERSION}${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
