import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { within } from "../shared/clock";
import { variable } from "../shared/env";
import { cachedControl, readControl } from "../shared/ledger";
import { createLog } from "../shared/log";
import { storedOrder, validateOrder, type Order, type StoredOrder } from "../shared/order";
import { acceptOrder, isClosed, readOrder, type OrderItem } from "../shared/orderLedger";
import { isWaiting } from "../shared/rules";
import type { Runtime } from "../shared/runtime";
import {
  HINT_TIMEOUT_MS,
  LEDGER_WRITE_TIMEOUT_MS,
  ORDER_BODY_MAX_BYTES,
  RETRY_AFTER_SECONDS,
} from "../shared/tunables";
import { heartbeat } from "../shared/vitalSigns";

export type OrderApiRuntime = Pick<Runtime, "env" | "clock" | "write" | "dynamodb" | "sqs">;

type Answer = APIGatewayProxyResult;
type Event = Pick<APIGatewayProxyEvent, "httpMethod" | "body" | "pathParameters">;

/**
 * `POST /orders` and `GET /orders/{orderId}`. An order is answered 202 once the ledger holds it in
 * two regions; the hint to the active region's queue may fail, the sweep brings the order back.
 */
export function createOrderApi(runtime: OrderApiRuntime): (event: Event) => Promise<Answer> {
  const { env } = runtime;
  const region = variable(env, "AWS_REGION");
  const table = variable(env, "LEDGER_TABLE");
  const queueUrls = new Map([
    [variable(env, "HOME_REGION"), variable(env, "HOME_QUEUE_URL")],
    [variable(env, "STANDBY_REGION"), variable(env, "STANDBY_QUEUE_URL")],
  ]);
  const log = createLog(runtime, "order-api");
  const control = cachedControl(runtime, table);
  const beat = heartbeat(runtime, table, region);

  function hint(stored: StoredOrder): Promise<void> {
    return within(runtime.clock, HINT_TIMEOUT_MS, "hint", async (abortSignal) => {
      const active = (await control())?.active ?? null;
      const queueUrl = active === null ? undefined : queueUrls.get(active);
      if (active === null || queueUrl === undefined) return;
      await runtime
        .sqs(active)
        .send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(stored) }), {
          abortSignal,
        });
    });
  }

  async function accept(order: Order): Promise<Answer> {
    const stored = storedOrder(order, new Date(runtime.clock.nowMs()).toISOString(), region);
    const { orderId } = order;
    let existing: OrderItem | "stored";
    try {
      // The control item is read beside the write, so that the hint costs no round trip of its own.
      const [put] = await within(runtime.clock, LEDGER_WRITE_TIMEOUT_MS, "the ledger", () =>
        Promise.all([acceptOrder(runtime, table, stored), control().catch(() => undefined)]),
      );
      existing = put;
    } catch (error) {
      log.error("order unsure", error, { orderId });
      count("OrdersFailed");
      return answer(
        503,
        { error: "the order may or may not be stored; retry the same orderId", orderId },
        { "Retry-After": String(RETRY_AFTER_SECONDS) },
      );
    }
    if (existing !== "stored" && existing.fingerprint !== stored.fingerprint) {
      return answer(409, { error: "this orderId was used for another order", orderId });
    }
    await Promise.allSettled([existing === "stored" ? hint(stored) : undefined, beat()]);
    count("OrdersAccepted", orderId);
    const { acceptedAt } = existing === "stored" ? stored : existing;
    return answer(202, { orderId, status: "ACCEPTED", acceptedAt });
  }

  async function find(orderId: string): Promise<Answer> {
    try {
      const [item, present] = await Promise.all([
        readOrder(runtime, table, orderId),
        readControl(runtime, table),
      ]);
      if (item === undefined) return answer(404, { error: "no such order", orderId });
      const { acceptedAt, rejectedReason } = item;
      if (rejectedReason !== undefined) {
        return answer(200, { orderId, status: "REJECTED", acceptedAt, reason: rejectedReason });
      }
      const isSettled =
        isClosed(item) || (present !== undefined && !isWaiting(item.settledEpoch, present));
      return answer(200, { orderId, status: isSettled ? "SETTLED" : "ACCEPTED", acceptedAt });
    } catch (error) {
      log.error("order unreadable", error, { orderId });
      return answer(
        503,
        { error: "the ledger does not answer; ask again", orderId },
        { "Retry-After": String(RETRY_AFTER_SECONDS) },
      );
    }
  }

  function count(name: "OrdersAccepted" | "OrdersFailed", orderId?: string): void {
    log.metrics(name, [{ name, value: 1, unit: "Count", resolutionSeconds: 1 }], { orderId });
  }

  return (event) => {
    if (event.httpMethod === "GET") {
      return find((event.pathParameters?.["orderId"] ?? "").toLowerCase());
    }
    const body = event.body ?? "";
    if (Buffer.byteLength(body) > ORDER_BODY_MAX_BYTES) {
      const error = `the body has ${Buffer.byteLength(body)} bytes; at most ${ORDER_BODY_MAX_BYTES}`;
      return Promise.resolve(answer(413, { error }));
    }
    const validation = validateOrder(parseJson(body));
    if ("problems" in validation) {
      return Promise.resolve(answer(400, { error: "invalid order", fields: validation.problems }));
    }
    return accept(validation.order);
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return {
    statusCode: status,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}
