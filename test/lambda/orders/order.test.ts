import * as z from "zod/mini";
import {
  fingerprintOf,
  orderColumns,
  orderSchema,
  shardOf,
  storedOrder,
  validateOrder,
} from "../../../lambda/orders/order";
import { order, orderId, stored } from "../../helpers/events";

const decimal = "a positive decimal text, 12 digits and 8 decimals";
const label = "1 to 64 letters, digits, - or _";
const symbol = "1 to 12 capitals, digits, . or -";

/** Problems by field. */
function problems(body: unknown): Record<string, string> {
  const validation = validateOrder(body);
  if (!("problems" in validation)) return {};
  const byField = validation.problems.map(({ field, problem }) => [field, problem] as const);
  expect(new Set(byField.map(([field]) => field)).size).toBe(byField.length);
  return Object.fromEntries(byField);
}

describe("an order is refused", () => {
  it.each([
    ["that is not an object", undefined, { body: "a JSON object" }],
    ["that is null", null, { body: "a JSON object" }],
    ["that is a list", [], { body: "a JSON object" }],
    ["with an unknown field", { ...order(1), note: "x" }, { note: "unknown field" }],
    ["with the quantity 0", order(1, { quantity: "0" }), { quantity: decimal }],
    ["with the quantity 0.00000000", order(1, { quantity: "0.00000000" }), { quantity: decimal }],
    ["with a negative quantity", order(1, { quantity: "-1" }), { quantity: decimal }],
    ["with a sign in the quantity", order(1, { quantity: "+1" }), { quantity: decimal }],
    ["with an exponent in the quantity", order(1, { quantity: "1e3" }), { quantity: decimal }],
    [
      "with 13 digits in the quantity",
      order(1, { quantity: "1234567890123" }),
      { quantity: decimal },
    ],
    [
      "with 9 decimals in the limit price",
      order(1, { limitPrice: "1.123456789" }),
      { limitPrice: decimal },
    ],
    [
      "with no digits after the decimal point",
      order(1, { limitPrice: "1." }),
      { limitPrice: decimal },
    ],
    [
      "with no digits before the decimal point",
      order(1, { limitPrice: ".5" }),
      { limitPrice: decimal },
    ],
    [
      "with a line break in the limit price",
      order(1, { limitPrice: "1\n" }),
      { limitPrice: decimal },
    ],
    ["with a number as quantity", { ...order(1), quantity: 1.5 }, { quantity: decimal }],
    ["with digits other than 0 to 9", order(1, { quantity: "١" }), { quantity: decimal }],
    ["with a symbol in lower case", order(1, { symbol: "acme" }), { symbol }],
    ["with a symbol of 13 characters", order(1, { symbol: "ABCDEFGHIJKLM" }), { symbol }],
    ["with an id that is not a UUID", order(1, { orderId: "1" }), { orderId: "a UUID" }],
    ["with braces around the id", order(1, { orderId: `{${orderId(1)}}` }), { orderId: "a UUID" }],
    ["with an unknown side", { ...order(1), side: "HOLD" }, { side: "BUY or SELL" }],
    ["with an empty account", order(1, { accountId: "" }), { accountId: label }],
    [
      "with a session id of 65 characters",
      order(1, { sessionId: "s".repeat(65) }),
      { sessionId: label },
    ],
    [
      "with every field wrong, and reports all of them",
      { orderId: 7, symbol: "a b", side: "buy", quantity: "", limitPrice: null, extra: 1, more: 2 },
      {
        orderId: "a UUID",
        accountId: label,
        sessionId: label,
        symbol,
        side: "BUY or SELL",
        quantity: decimal,
        limitPrice: decimal,
        extra: "unknown field",
        more: "unknown field",
      },
    ],
  ])("%s", (_, body, expected) => {
    expect(problems(body)).toEqual(expected);
  });
});

describe("an order is accepted", () => {
  it.each([
    ["as a market order", {}],
    ["as a limit order", { limitPrice: "10.25" }],
    [
      "with the largest quantity and the smallest price",
      { quantity: "999999999999.99999999", limitPrice: "0.00000001" },
    ],
    [
      "with the longest ids and symbol",
      { accountId: "a".repeat(64), sessionId: "-_-", symbol: "BRK.B-123456" },
    ],
  ])("%s", (_, change) => {
    expect(validateOrder(order(1, change))).toEqual({ order: order(1, change) });
  });

  it("with its id converted to lower case, as PostgreSQL returns it", () => {
    const id = "ABCDEF00-0000-4000-9000-00000000000A";
    expect(validateOrder(order(1, { orderId: id }))).toEqual({
      order: order(1, { orderId: id.toLowerCase() }),
    });
  });
});

describe("a fingerprint", () => {
  it("depends only on the order, not on when and where it was accepted", () => {
    const one = storedOrder(order(1), "2026-01-01T00:00:00.000Z", "us-east-1");
    const other = storedOrder(order(1), "2026-01-02T00:00:00.000Z", "us-east-2");
    expect(one.fingerprint).toBe(other.fingerprint);
  });

  it("changes with every field", () => {
    const changes = [
      {},
      { orderId: orderId(2) },
      { accountId: "b" },
      { sessionId: "b" },
      { symbol: "B" },
      { side: "SELL" as const },
      { quantity: "1.50" },
      { limitPrice: "1" },
    ];
    const fingerprints = changes.map((change) => stored(1, 0, change).fingerprint);
    expect(new Set(fingerprints).size).toBe(changes.length);
    const changed = new Set(changes.flatMap(Object.keys));
    expect([...changed].sort()).toEqual(Object.keys(orderSchema.shape).sort());
  });

  // Orders with these fingerprints may be in a ledger: after a deployment they must be the same.
  it.each([
    [{}, "1b97b4900eb18ade89d838da04ca4f80f67c136f5fd552eb96e167260d03b6ef"],
    [{ limitPrice: "10.25" }, "42d3b93d7b475589ee865e2027a0c2c974fddbc843758ca841327d046b5882bf"],
    [
      { side: "SELL" as const, quantity: "0.00000001" },
      "c4ee4e52f4f89a592b6e6502cf5ec4c1c69d25c78a9ee736838b4202fec34fbf",
    ],
  ])("of a stored order with %j stays the same", (change, fingerprint) => {
    expect(fingerprintOf(order(1, change))).toBe(fingerprint);
  });

  it("does not change for an order without a field that is added to the schema", () => {
    const extended = z.extend(orderSchema, {
      goodUntil: z.optional(z.string()),
      clientTag: z.optional(z.string()),
    });
    const parse = (body: object) => fingerprintOf(extended.parse(body));
    const old = order(1, { limitPrice: "10.25" });
    expect(parse(old)).toBe("42d3b93d7b475589ee865e2027a0c2c974fddbc843758ca841327d046b5882bf");
    expect(parse({ ...old, goodUntil: undefined })).toBe(parse(old));
    const withField = parse({ ...old, goodUntil: "2026-01-01" });
    expect(withField).not.toBe(parse(old));
    expect(parse({ ...old, clientTag: "2026-01-01" })).not.toBe(withField);
    expect(parse({ ...old, clientTag: "a", goodUntil: "b" })).toBe(
      parse({ goodUntil: "b", clientTag: "a", ...old }),
    );
  });
});

it("every field of an order has a column of its own", () => {
  expect(Object.keys(orderColumns)).toEqual(Object.keys(orderSchema.shape));
  const columns = Object.values(orderColumns).map(({ column }) => column);
  expect(new Set(columns).size).toBe(columns.length);
});

it("orders spread over all shards even if their ids are consecutive", () => {
  const counts = Array<number>(16).fill(0);
  for (let n = 0; n < 1_600; n++) counts[shardOf(stored(n, 0).fingerprint)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(60);
  expect(Math.max(...counts)).toBeLessThan(140);
});
