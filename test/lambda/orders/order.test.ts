import { shardOf, storedOrder, validateOrder } from "../../../lambda/orders/order";
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
    ["that is no object", undefined, { body: "a JSON object" }],
    ["that is null", null, { body: "a JSON object" }],
    ["that is a list", [], { body: "a JSON object" }],
    ["with an unknown field", { ...order(1), note: "x" }, { note: "unknown field" }],
    ["of 0", order(1, { quantity: "0" }), { quantity: decimal }],
    ["of 0.00000000", order(1, { quantity: "0.00000000" }), { quantity: decimal }],
    ["of a negative quantity", order(1, { quantity: "-1" }), { quantity: decimal }],
    ["of a quantity with a sign", order(1, { quantity: "+1" }), { quantity: decimal }],
    ["of a quantity with an exponent", order(1, { quantity: "1e3" }), { quantity: decimal }],
    ["of 13 digits", order(1, { quantity: "1234567890123" }), { quantity: decimal }],
    ["of 9 decimals", order(1, { limitPrice: "1.123456789" }), { limitPrice: decimal }],
    ["of no decimals after the point", order(1, { limitPrice: "1." }), { limitPrice: decimal }],
    ["of no digits before the point", order(1, { limitPrice: ".5" }), { limitPrice: decimal }],
    ["of a line's end", order(1, { limitPrice: "1\n" }), { limitPrice: decimal }],
    ["of a float", { ...order(1), quantity: 1.5 }, { quantity: decimal }],
    ["of other digits", order(1, { quantity: "١" }), { quantity: decimal }],
    ["for a symbol in small letters", order(1, { symbol: "acme" }), { symbol }],
    ["for a symbol of 13", order(1, { symbol: "ABCDEFGHIJKLM" }), { symbol }],
    ["without a UUID", order(1, { orderId: "1" }), { orderId: "a UUID" }],
    ["with braces around it", order(1, { orderId: `{${orderId(1)}}` }), { orderId: "a UUID" }],
    ["for another side", { ...order(1), side: "HOLD" }, { side: "BUY or SELL" }],
    ["for no account", order(1, { accountId: "" }), { accountId: label }],
    ["for a session of 65", order(1, { sessionId: "s".repeat(65) }), { sessionId: label }],
    [
      "for all its fields at once",
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

describe("an order is taken", () => {
  it.each([
    ["as a market order", {}],
    ["as a limit order", { limitPrice: "10.25" }],
    [
      "of the largest and smallest",
      { quantity: "999999999999.99999999", limitPrice: "0.00000001" },
    ],
    [
      "with the longest labels",
      { accountId: "a".repeat(64), sessionId: "-_-", symbol: "BRK.B-123456" },
    ],
  ])("%s, as it was sent", (_, change) => {
    expect(validateOrder(order(1, change))).toEqual({ order: order(1, change) });
  });

  it("with its id in small letters, as the database tells it", () => {
    const id = "ABCDEF00-0000-4000-9000-00000000000A";
    expect(validateOrder(order(1, { orderId: id }))).toEqual({
      order: order(1, { orderId: id.toLowerCase() }),
    });
  });
});

describe("a fingerprint", () => {
  it("is the order's, whenever and wherever it was accepted", () => {
    const one = storedOrder(order(1), "2026-01-01T00:00:00.000Z", "us-east-1");
    const other = storedOrder(order(1), "2026-01-02T00:00:00.000Z", "us-east-2");
    expect(one.fingerprint).toBe(other.fingerprint);
    expect(one.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("differs in every field", () => {
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
  });
});

it("orders spread over all sixteen shards, though their ids count up", () => {
  const counts = Array<number>(16).fill(0);
  for (let n = 0; n < 1_600; n++) counts[shardOf(stored(n, 0).fingerprint)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(60);
  expect(Math.max(...counts)).toBeLessThan(140);
});
