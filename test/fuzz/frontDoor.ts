import * as fc from "fast-check";
import contract from "../../api/openapi.json";
import { API_TIMEOUT_SECONDS } from "../../lib/platform/tunables";
import type { OrderItem } from "../../lambda/orders/orderItem";
import { fingerprintOf, type Order } from "../../lambda/orders/order";
import { order, orderId } from "../helpers/events";
import { answerBreaches, responsesOf } from "../helpers/schema";
import { steadyWorld } from "../helpers/failover";
import { HOME, STANDBY, throttled, type FakeWorld, type Mishap } from "../helpers/fakeRuntime";
import { ended, fuzzed, must, type Handlers } from "./fuzzed";
import { anyPoison, CONTROL, orderItem, poison } from "./poison";
import { anyBody, anyText, anyValue } from "./values";

type OrderEvent = Parameters<ReturnType<Handlers["orderApi"]>>[0];
type ApiAnswer = Awaited<ReturnType<ReturnType<Handlers["orderApi"]>>>;
type HealthEvent = Parameters<ReturnType<Handlers["health"]>>[0];

/** An order of the account or one that is wrong in some of its fields. */
const anyOrder: fc.Arbitrary<string> = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    change: fc.oneof(
      fc.constant({}),
      fc.dictionary(
        fc.oneof(fc.constantFrom(...Object.keys(order(1)), "limitPrice"), anyText),
        fc.oneof(anyValue, fc.constantFrom("00000000-0000-8000-8000-000000000001", "0.5", "SELL")),
        { maxKeys: 2, noNullPrototype: true },
      ),
    ),
  })
  .map(({ n, change }) => JSON.stringify({ ...order(n), ...change }));

const anyAuthorizer = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ accountId: "account" }) },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, {}, { accountId: "canary" }) },
  { weight: 1, arbitrary: anyText.map((accountId) => ({ accountId })) },
);

const anyOrderEvent: fc.Arbitrary<OrderEvent> = fc.record({
  httpMethod: fc.oneof(fc.constantFrom("POST", "POST", "GET"), anyText),
  resource: fc.oneof(fc.constantFrom("/orders", "/orders/{orderId}", "/canary-orders"), anyText),
  body: fc.oneof(anyOrder, anyOrder, anyBody, fc.constant(null)),
  pathParameters: fc.oneof(
    fc.integer({ min: 1, max: 4 }).map((n) => ({ orderId: orderId(n) })),
    anyText.map((orderId) => ({ orderId })),
    fc.constantFrom(null, {}),
  ),
  requestContext: anyAuthorizer.map((authorizer) => ({ authorizer: authorizer ?? null })),
});

const anyHealthEvent: fc.Arbitrary<HealthEvent> = fc.record({
  path: fc.oneof(fc.constantFrom("/health", "/failover-latch"), anyText),
  queryStringParameters: fc.oneof(
    fc.constantFrom(null, {}),
    fc.oneof(fc.constantFrom("0", "1", "2"), anyText).map((after) => ({ after })),
  ),
});

/** A service that does not do what it should. */
export const anyTrouble: fc.Arbitrary<{ service: string; mishap: Mishap; times: number }> =
  fc.record({
    service: fc.constantFrom("dynamodb", "sqs", "s3"),
    mishap: fc.oneof(
      fc.constantFrom<Mishap>("hangs", "answer is lost"),
      fc.constant(throttled()),
      fc.constantFrom(500, 2_500, 60_000).map((lateMs) => ({ lateMs })),
    ),
    times: fc.constantFrom(1, 2, Infinity),
  });

const anyDoorCase = fc.record({
  region: fc.constantFrom(HOME, STANDBY),
  orders: fc.array(anyOrderEvent, { minLength: 1, maxLength: 3 }),
  health: anyHealthEvent,
  trouble: fc.option(anyTrouble, { freq: 3 }),
  poison: fc.option(anyPoison(CONTROL, orderItem(1), orderItem(2)), { freq: 3 }),
});

/** The operation that API Gateway invokes the function for. It lets through no other one. */
function operationOf({ httpMethod }: OrderEvent): readonly [path: string, method: string] {
  return httpMethod === "GET" ? ["/orders/{orderId}", "get"] : ["/orders", "post"];
}

function checkAnswer(event: OrderEvent, answer: ApiAnswer, mayFail: boolean): void {
  const { statusCode, body } = answer;
  const wrong = answerBreaches(responsesOf(...operationOf(event)), answer);
  must(wrong.length === 0, () => `order-api answered ${statusCode} ${body}: ${wrong.join("; ")}`);
  must(statusCode !== 503 || mayFail, () => `order-api answered 503 although all is well: ${body}`);
  if (statusCode !== 400) return;
  const sent = fieldsIn(event.body ?? "");
  const { fields } = JSON.parse(body) as { fields: { field: string }[] };
  const strange = fields.filter(({ field }) => !sent.has(field));
  must(strange.length === 0, () => `order-api named fields that are none: ${body}`);
}

/** What an answer 400 may name: the fields of an order, those that were sent, and the whole body. */
function fieldsIn(body: string): ReadonlySet<string> {
  const fields = [...Object.keys(contract.components.schemas.Order.properties), "body"];
  try {
    return new Set([...fields, ...Object.keys(Object(JSON.parse(body)) as object)]);
  } catch {
    return new Set(fields);
  }
}

/** What an answer 202 promises: the ledger holds this order, open, for this account. */
function checkAccepted(world: FakeWorld, event: OrderEvent): void {
  const asked = JSON.parse(event.body!) as Order;
  const sent = { ...asked, orderId: asked.orderId.toLowerCase() };
  const item = world.item<OrderItem>(`order#${sent.orderId}`);
  must(item?.fingerprint === fingerprintOf(sent), () => `not in the ledger: ${event.body}`);
  const account = event.requestContext.authorizer?.accountId;
  must(item.order.accountId === account, () => `an order of ${item.order.accountId}`);
}

export const frontDoor = fuzzed(
  "order-api answers every request as the contract says",
  30,
  anyDoorCase,
  async (handlers, { region, orders, trouble, poison: poisoned }) => {
    const world = steadyWorld();
    const api = handlers.orderApi(world.runtime(region));
    if (trouble !== null) world.mishap({ service: trouble.service }, trouble.mishap, trouble.times);
    for (const [n, event] of orders.entries()) {
      if (n === 1 && poisoned !== null) poison(world, poisoned);
      const result = await ended(world, "order-api", API_TIMEOUT_SECONDS, () => api(event));
      must("value" in result, () => `order-api failed: ${String(Object.values(result)[0])}`);
      checkAnswer(event, result.value, trouble !== null || poisoned !== null);
      if (result.value.statusCode === 202 && poisoned === null) checkAccepted(world, event);
      await world.advance(1);
    }
  },
);

export const health = fuzzed(
  "health answers every request as the contract says",
  5,
  anyDoorCase,
  async (handlers, { region, health: event, trouble, poison: poisoned }) => {
    const world = steadyWorld();
    if (trouble !== null) world.mishap({ service: trouble.service }, trouble.mishap, trouble.times);
    if (poisoned !== null) poison(world, poisoned);
    const api = handlers.health(world.runtime(region));
    const result = await ended(world, "health", API_TIMEOUT_SECONDS, () => api(event));
    must("value" in result, () => `health failed: ${String(Object.values(result)[0])}`);
    const { statusCode } = result.value;
    const path = event.path.endsWith("/failover-latch") ? "/failover-latch" : "/health";
    const wrong = answerBreaches(responsesOf(path, "get"), result.value);
    must(wrong.length === 0, () => `health answered ${statusCode}: ${wrong.join("; ")}`);
  },
);
