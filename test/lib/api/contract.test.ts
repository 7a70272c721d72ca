import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { APIGatewayProxyResult } from "aws-lambda";
import fc from "fast-check";
import contract from "../../../api/openapi.json";
import { createHealth } from "../../../lambda/handlers/health";
import { createOrderApi } from "../../../lambda/handlers/orderApi";
import { validateOrder } from "../../../lambda/orders/order";
import { DNS_TTL_SECONDS } from "../../../lambda/failover/budget";
import { ORDER_BODY_MAX_BYTES } from "../../../lambda/orders/tunables";
import { gatewayDocument, operations } from "../../../lib/api/contract";
import { apiMarkdown, orderContract } from "../../../scripts/apiDocs";
import { get, openItem, order, orderId, post } from "../../helpers/events";
import { FakeWorld, HOME, serviceError } from "../../helpers/fakeRuntime";
import { type Schema, answerBreaches, breaches, responsesOf } from "../../helpers/schema";

const CANARYS_ID = "00000000-0000-8000-8000-000000000001";
const orderSchema: Schema = { $ref: "#/components/schemas/Order" };

test("every operation has a function, and only operations on orders need a token", () => {
  expect(operations()).toEqual(
    [
      ["/orders", "post", "placeOrder", "orderApi", false],
      ["/orders/{orderId}", "get", "getOrder", "orderApi", false],
      ["/health", "get", "getHealth", "health", true],
      ["/failover-latch", "get", "getFailoverLatch", "health", true],
    ].map(([path, method, operationId, answeredBy, isOpen]) => ({
      path,
      method,
      operationId,
      answeredBy,
      isOpen,
    })),
  );
});

describe("the contract's rules for an order", () => {
  // Order-api keeps version 8 for canary orders.
  const clientsUuid = fc.uuid({ version: [1, 2, 3, 4, 5, 6, 7] });
  /** Wrong and nearly valid values of a field. */
  const odd = fc.oneof(
    fc.constantFrom(
      "",
      " ",
      "-1",
      "0",
      "0.0",
      "1.",
      "1e3",
      "BUY",
      "buy",
      "abc",
      "ABC.D",
      null,
      1,
      {},
    ),
    fc.string(),
    clientsUuid,
  );
  const good = {
    orderId: clientsUuid,
    accountId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    sessionId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    symbol: fc.stringMatching(/^[A-Z0-9.-]{1,12}$/),
    side: fc.constantFrom("BUY", "SELL"),
    quantity: fc.stringMatching(/^\d{1,13}(\.\d{1,9})?$/),
    limitPrice: fc.stringMatching(/^\d{1,12}(\.\d{1,8})?$/),
  };
  const field = (value: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: odd });
  const body = fc.record(
    Object.fromEntries(
      Object.entries({ ...good, extra: odd }).map(([key, of]) => [key, field(of)]),
    ),
    { requiredKeys: ["orderId", "accountId", "sessionId", "symbol", "side", "quantity"] },
  );

  test("accept and refuse the same bodies as order-api", () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(fc.oneof(body, fc.record(good)), (value) => {
        const isAccepted = "order" in validateOrder(value);
        seen[isAccepted ? "accepted" : "refused"]++;
        expect([value, breaches(value, orderSchema).length === 0]).toEqual([value, isAccepted]);
      }),
      { numRuns: 500 },
    );
    // Both outcomes must be frequent, or the comparison proves little.
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100);
  });

  test("refuse an id of version 8, which order-api keeps for canary orders", () => {
    const value = order(1, { orderId: CANARYS_ID });
    expect(breaches(value, orderSchema)).toEqual([`body.orderId is "${CANARYS_ID}"`]);
  });

  // Sides in other systems, which random values would not contain.
  test.each(["HOLD", "SHORT", "COVER", "SELL_SHORT", "Buy", "sell", "B", "S", ""])(
    "refuse the side %j, as order-api does",
    (side) => {
      const value = { ...order(1), side };
      expect(breaches(value, orderSchema)).toEqual([`body.side is ${JSON.stringify(side)}`]);
      expect(validateOrder(value)).toMatchObject({ problems: [{ field: "side" }] });
    },
  );

  test.each(["orderId", "accountId", "sessionId", "symbol", "side", "quantity"])(
    "report a missing %s, as order-api does",
    (name) => {
      const rest: Record<string, unknown> = { ...order(1) };
      delete rest[name];
      expect(breaches(rest, orderSchema)).toEqual([`body.${name} is missing`]);
      expect(validateOrder(rest)).toMatchObject({ problems: [{ field: name }] });
    },
  );
});

describe("the contract contains what the handlers answer:", () => {
  let world: FakeWorld;
  beforeEach(() => {
    world = new FakeWorld();
    world.setControl();
  });
  const placed = async (body: unknown, account = "account") =>
    world.play(createOrderApi(world.runtime(HOME))(post(body, account)));
  const found = async (id: string, account = "account") =>
    world.play(createOrderApi(world.runtime(HOME))(get(id, account)));
  const ledgerIsDown = () => world.mishap({ service: "dynamodb" }, serviceError("Internal", "x"));

  test.each<[number, string, () => Promise<APIGatewayProxyResult>]>([
    [202, "an order", () => placed(order(1))],
    [202, "the same order, placed again", () => placed(order(1)).then(() => placed(order(1)))],
    [400, "a body that is not JSON", () => placed("{")],
    [400, "an invalid field", () => placed(order(1, { quantity: "-1" }))],
    [400, "an id of version 8", () => placed(order(1, { orderId: CANARYS_ID }))],
    [403, "an order for another account", () => placed(order(1), "other")],
    [
      409,
      "another order with the same id",
      () => placed(order(1)).then(() => placed(order(1, { side: "SELL" }))),
    ],
    [413, "a body that is too large", () => placed("x".repeat(ORDER_BODY_MAX_BYTES + 1))],
    [503, "an order while the ledger is down", () => (ledgerIsDown(), placed(order(1)))],
  ])("POST /orders: %i for %s", async (status, _, answer) => {
    const result = await answer();
    expect(result.statusCode).toBe(status);
    expect(answerBreaches(responsesOf("/orders", "post"), result)).toEqual([]);
  });

  test.each<[number, string, () => Promise<APIGatewayProxyResult>]>([
    [200, "an open order", () => found(orderId(1))],
    [
      200,
      "a rejected order",
      () => (world.put(openItem(1, 0, { rejectedReason: "no" })), found(orderId(1))),
    ],
    [404, "another account's order", () => found(orderId(1), "other")],
    [404, "a missing order", () => found(orderId(2))],
    [503, "an order while the ledger is down", () => (ledgerIsDown(), found(orderId(1)))],
  ])("GET /orders/{orderId}: %i for %s", async (status, _, answer) => {
    world.put(openItem(1, world.nowMs));
    const result = await answer();
    expect(result.statusCode).toBe(status);
    expect(answerBreaches(responsesOf("/orders/{orderId}", "get"), result)).toEqual([]);
  });

  test.each([
    ["/health", null, 200, false],
    ["/health", { after: "1" }, 503, false],
    ["/health", null, 503, true],
    ["/failover-latch", null, 404, false],
  ])("GET %s with %j: %i", async (of, queryStringParameters, status, isDown) => {
    if (isDown) ledgerIsDown();
    const event = { path: of, queryStringParameters };
    const result = await world.play(createHealth(world.runtime(HOME))(event));
    expect(result.statusCode).toBe(status);
    expect(answerBreaches(responsesOf(of, "get"), result)).toEqual([]);
  });
});

describe("the gateway's own answers", () => {
  const document = gatewayDocument(
    { name: "orders", tls: {} },
    { orderApi: "o", health: "h", authorizer: "a" },
  ) as {
    "x-amazon-apigateway-gateway-responses": Record<
      string,
      {
        statusCode?: number;
        responseTemplates: { "application/json": string };
        responseParameters: Record<string, string>;
      }
    >;
  };
  const answers = Object.entries(document["x-amazon-apigateway-gateway-responses"]);

  test("have these status codes", () => {
    expect(Object.fromEntries(answers.map(([kind, { statusCode }]) => [kind, statusCode]))).toEqual(
      {
        UNAUTHORIZED: 401,
        ACCESS_DENIED: 401,
        MISSING_AUTHENTICATION_TOKEN: 404,
        INVALID_SIGNATURE: 404,
        EXPIRED_TOKEN: 404,
        RESOURCE_NOT_FOUND: 404,
        BAD_REQUEST_BODY: 400,
        REQUEST_TOO_LARGE: 413,
        THROTTLED: 429,
        WAF_FILTERED: 429,
        DEFAULT_4XX: undefined,
        DEFAULT_5XX: 503,
      },
    );
  });

  const onPaths = answers.filter(([, { statusCode }]) => ![404, undefined].includes(statusCode));
  test.each(onPaths)(
    "include %s as the contract describes it",
    (_, { statusCode = 0, responseTemplates, responseParameters }) => {
      const headers = Object.fromEntries(
        Object.entries(responseParameters).map(([name, value]) => [
          name.replace("gatewayresponse.header.", ""),
          value.replace(/^'(.*)'$/, "$1"),
        ]),
      );
      const body = responseTemplates["application/json"];
      const answer = { statusCode, headers, body };
      expect(answerBreaches(responsesOf("/orders", "post"), answer)).toEqual([]);
    },
  );
});

test("each operation lists what the gateway may answer in its place", () => {
  for (const { path, method, isOpen } of operations()) {
    const always = isOpen ? ["429", "503"] : ["401", "429", "503"];
    expect(Object.keys(responsesOf(path, method))).toEqual(expect.arrayContaining(always));
  }
});

test("the gateway's document holds only what the gateway uses", () => {
  const arns = { orderApi: "", health: "", authorizer: "" };
  const text = JSON.stringify(gatewayDocument({ name: "orders", tls: {} }, arns));
  for (const unused of ["x-client-guide", contract.info.description, "OrderState", "Retry.*id"])
    expect(text).not.toMatch(unused);
  expect(JSON.parse(text)).toHaveProperty(["components", "schemas"], { Order: { type: "object" } });
});

test("the client guide covers every status code and names the TTL", () => {
  const guide = contract["x-client-guide"].map(({ on }) => on).join();
  for (const status of Object.keys(contract.paths["/orders"].post.responses)) {
    expect(guide).toContain(status);
  }
  expect(JSON.stringify(contract["x-client-guide"])).toContain(`TTL of ${DNS_TTL_SECONDS} s`);
});

describe("`npm run docs:api` has been run:", () => {
  test("the schema of an order in api/openapi.json is the one order-api validates with", () => {
    expect(contract.components.schemas.Order).toEqual(orderContract());
  });

  test("docs/api.md is generated from api/openapi.json", () => {
    expect(readFileSync(path.join(__dirname, "../../../docs/api.md"), "utf8")).toBe(apiMarkdown());
  });
});
