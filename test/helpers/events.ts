import type { APIGatewayProxyEvent, SQSEvent, SQSRecord } from "aws-lambda";
import { hintBody } from "../../lambda/orders/hint";
import { storedOrder, shardOf, type Order, type StoredOrder } from "../../lambda/orders/order";
import type { OrderItem } from "../../lambda/orders/orderItem";
import { alarmAction, alarmMessage, notification } from "../../support/aws/alarmEvents";
import { ACCOUNT, HOME, STANDBY } from "./fakeEnvironment";

export function orderId(n: number): string {
  return `abcdef00-0000-4000-9000-${String(n).padStart(12, "0")}`;
}

/** The n-th order as a client sends it. */
export function order(n: number, change: Partial<Order> = {}): Order {
  return {
    orderId: orderId(n),
    accountId: "account",
    sessionId: "session",
    symbol: "ACME",
    side: "BUY",
    quantity: "1.5",
    ...change,
  };
}

/** The n-th order as the ledger holds it. */
export function stored(n: number, acceptedAtMs: number, change: Partial<Order> = {}): StoredOrder {
  return storedOrder(order(n, change), new Date(acceptedAtMs).toISOString(), HOME);
}

/** An open item of the ledger, as order-api writes it. */
export function openItem(
  n: number,
  acceptedAtMs: number,
  change: Partial<OrderItem> = {},
): OrderItem & Record<string, unknown> {
  const one = stored(n, acceptedAtMs);
  return {
    pk: `order#${orderId(n)}`,
    shard: `open#${shardOf(one.fingerprint)}`,
    at: one.acceptedAt,
    ...one,
    ...change,
  };
}

type OrderEvent = Pick<
  APIGatewayProxyEvent,
  "httpMethod" | "resource" | "body" | "pathParameters"
> & {
  requestContext: { authorizer: { accountId: string } };
};

/** What the authorizer read from the token. */
const asAccount = (accountId: string) => ({ requestContext: { authorizer: { accountId } } });

export function post(body: unknown, account = "account", resource = "/orders"): OrderEvent {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { httpMethod: "POST", resource, body: text, pathParameters: null, ...asAccount(account) };
}

export function get(id: string, account = "account"): OrderEvent {
  const about = { resource: "/orders/{orderId}", pathParameters: { orderId: id } };
  return { httpMethod: "GET", body: null, ...about, ...asAccount(account) };
}

/** A batch of messages m0, m1 ...: a hint for each order, and texts as they are. */
export function batch(...bodies: (StoredOrder | string)[]): Pick<SQSEvent, "Records"> {
  return {
    Records: bodies.map(
      (body, n) =>
        ({
          messageId: `m${n}`,
          body: typeof body === "string" ? body : hintBody([body.order.orderId]),
        }) as SQSRecord,
    ),
  };
}

/** The events of an alarm in ALARM state: as the alarm sends it, and as a topic passes it on. */
export function alarmEvents(): { alarm: object; fromTopic: object } {
  const alarm = {
    name: "home-lost",
    arn: `arn:aws:cloudwatch:${STANDBY}:${ACCOUNT}:alarm:home-lost`,
  };
  const topicArn = `arn:aws:sns:${HOME}:${ACCOUNT}:failover`;
  return {
    alarm: alarmAction(alarm, "ALARM", 0),
    fromTopic: notification(topicArn, "", alarmMessage(alarm, "ALARM", 0)),
  };
}
