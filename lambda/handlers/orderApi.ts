import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { within } from "../runtime/clock";
import type { Control } from "../control/control";
import { variable } from "../runtime/env";
import { cachedControl, readControl } from "../control/controlItem";
import { createLog, type Log } from "../runtime/log";
import { CANARY_ORDERS_PATH, isCanaryId } from "../orders/canaryOrders";
import { hintBody } from "../orders/hint";
import { ID_WAS_USED, isOrderId, storedOrder, validateOrder, type Order } from "../orders/order";
import { acceptOrder, isClosed, readOrder, type OrderItem } from "../orders/orderItem";
import { isWaiting } from "../control/rules";
import type { Runtime } from "../runtime/runtime";
import { HINT_TIMEOUT_MS, ORDER_BODY_MAX_BYTES, RETRY_AFTER_SECONDS } from "../orders/tunables";
import { CANARY_ACCOUNT } from "../auth/tunables";
import { heartbeat } from "../detection/heartbeat";

export type OrderApiRuntime = Pick<Runtime, "env" | "clock" | "write" | "dynamodb" | "sqs">;

type Answer = APIGatewayProxyResult;
type Event = Pick<APIGatewayProxyEvent, "httpMethod" | "resource" | "body" | "pathParameters"> & {
  /** The account of the token, as the authorizer returned it. */
  requestContext: { authorizer?: { accountId?: string } | null };
};

/**
 * Answers `POST /orders`, `POST /canary-orders` and `GET /orders/{orderId}`. An order is answered with 202 once the ledger
 * holds it in two regions. The message to the active region's queue is only a hint: if it is lost,
 * the sweep re-queues the order.
 */
export function createOrderApi(runtime: OrderApiRuntime): (event: Event) => Promise<Answer> {
  const api = new OrderApi(runtime);
  return (event) => {
    const account = event.requestContext.authorizer?.accountId;
    return event.httpMethod === "GET"
      ? api.find((event.pathParameters?.["orderId"] ?? "").toLowerCase(), account)
      : api.post(event.body ?? "", account, event.resource);
  };
}

class OrderApi {
  private readonly region: string;
  private readonly table: string;
  private readonly queueUrls: ReadonlyMap<string, string>;
  private readonly log: Log;
  private readonly control: () => Promise<Control | undefined>;
  private readonly beat: () => Promise<void>;

  constructor(private readonly runtime: OrderApiRuntime) {
    const { env } = runtime;
    this.region = variable(env, "AWS_REGION");
    this.table = variable(env, "LEDGER_TABLE");
    this.queueUrls = new Map([
      [variable(env, "HOME_REGION"), variable(env, "HOME_QUEUE_URL")],
      [variable(env, "STANDBY_REGION"), variable(env, "STANDBY_QUEUE_URL")],
    ]);
    this.log = createLog(runtime, "order-api");
    this.control = cachedControl(runtime, this.table);
    this.beat = heartbeat(runtime, this.table, this.region, this.log);
  }

  async post(body: string, account: string | undefined, path: string): Promise<Answer> {
    if (path === CANARY_ORDERS_PATH && account !== CANARY_ACCOUNT) {
      return answer(403, { error: "only canary orders are placed here; use /orders" });
    }
    const bytes = Buffer.byteLength(body);
    if (bytes > ORDER_BODY_MAX_BYTES) {
      return answer(413, { error: `the body has ${bytes} bytes; at most ${ORDER_BODY_MAX_BYTES}` });
    }
    const validation = validateOrder(parseJson(body));
    if ("problems" in validation) {
      return answer(400, { error: "invalid order", fields: validation.problems });
    }
    const { accountId, orderId } = validation.order;
    if (accountId !== account) {
      return answer(403, { error: `the token is not for account ${accountId}`, orderId });
    }
    if (isCanaryId(orderId) && account !== CANARY_ACCOUNT) {
      const fields = [{ field: "orderId", problem: "a UUID of another version than 8" }];
      return answer(400, { error: "invalid order", fields });
    }
    return this.accept(validation.order);
  }

  async find(orderId: string, account: string | undefined): Promise<Answer> {
    if (!isOrderId(orderId)) return answer(404, { error: "no such order: an id is a UUID" });
    try {
      const [item, present] = await Promise.all([
        readOrder(this.runtime, this.table, orderId),
        readControl(this.runtime, this.table),
      ]);
      // Another account's order gets the same 404 as a missing one.
      if (item?.order.accountId !== account || item === undefined) {
        return answer(404, { error: "no such order", orderId });
      }
      const { acceptedAt, rejectedReason } = item;
      if (rejectedReason !== undefined) {
        return answer(200, { orderId, status: "REJECTED", acceptedAt, reason: rejectedReason });
      }
      const isSettled =
        isClosed(item) || (present !== undefined && !isWaiting(item.settledEpoch, present));
      return answer(200, { orderId, status: isSettled ? "SETTLED" : "ACCEPTED", acceptedAt });
    } catch (error) {
      this.log.error("an order could not be read", error, { orderId });
      return retryLater({ error: "the ledger does not answer; retry", orderId });
    }
  }

  /** The control item is read in parallel with the write. Only the hint needs it, not the answer. */
  private async accept(order: Order): Promise<Answer> {
    const { runtime, table } = this;
    const stored = storedOrder(order, new Date(runtime.clock.nowMs()).toISOString(), this.region);
    const { orderId } = order;
    const control = this.control().catch((error: unknown) => {
      this.log.error("the control item could not be read", error, { orderId });
      return undefined;
    });
    let existing: OrderItem | "stored";
    try {
      existing = await acceptOrder(runtime, table, stored);
    } catch (error) {
      this.log.error("an order may or may not be stored", error, { orderId });
      this.count("OrdersFailed");
      const text = "the order may or may not be stored; retry the same orderId";
      return retryLater({ error: text, orderId });
    }
    if (existing !== "stored" && existing.fingerprint !== stored.fingerprint) {
      return answer(409, { error: ID_WAS_USED, orderId });
    }
    const hint = existing === "stored" ? this.hint(orderId, control) : undefined;
    await Promise.all([hint, this.beat()]);
    this.count("OrdersAccepted", orderId);
    const { acceptedAt } = existing === "stored" ? stored : existing;
    return answer(202, { orderId, status: "ACCEPTED", acceptedAt });
  }

  /** Sends a hint to the active region's queue. A failure is logged; the sweep makes up for it. */
  private async hint(orderId: string, control: Promise<Control | undefined>): Promise<void> {
    const { clock, sqs } = this.runtime;
    try {
      await within(clock, HINT_TIMEOUT_MS, "hint", async (abortSignal) => {
        const active = (await control)?.active ?? null;
        const queueUrl = active === null ? undefined : this.queueUrls.get(active);
        if (active === null || queueUrl === undefined || abortSignal.aborted) return;
        const message = { QueueUrl: queueUrl, MessageBody: hintBody([orderId]) };
        await sqs(active).send(new SendMessageCommand(message), { abortSignal });
      });
    } catch (error) {
      this.log.error("a hint could not be sent", error, { orderId });
    }
  }

  private count(name: "OrdersAccepted" | "OrdersFailed", orderId?: string): void {
    this.log.metrics(name, [{ name, value: 1, unit: "Count", resolutionSeconds: 1 }], { orderId });
  }
}

function retryLater(body: object): Answer {
  return answer(503, body, { "Retry-After": String(RETRY_AFTER_SECONDS) });
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
