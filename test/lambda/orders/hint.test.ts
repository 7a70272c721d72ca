import * as fc from "fast-check";
import { hintBody, parseHint } from "../../../lambda/orders/hint";
import { HINT_ORDERS_MAX } from "../../../lambda/orders/tunables";
import { orderId } from "../../helpers/events";

const ids = (count: number) => Array.from({ length: count }, (_, n) => orderId(n));

it.each([1, HINT_ORDERS_MAX])("a hint of %s orders is read as it was written", (count) => {
  expect(parseHint(hintBody(ids(count)))).toEqual(ids(count));
});

it("ids are read in lower case, as the ledger has them", () => {
  expect(parseHint(hintBody([orderId(1).toUpperCase()]))).toEqual([orderId(1)]);
});

it.each([
  ["an empty text", ""],
  ["a text that is not JSON", "nonsense"],
  ["null", "null"],
  ["an object without ids", "{}"],
  ["no ids", hintBody([])],
  ["too many ids", hintBody(ids(HINT_ORDERS_MAX + 1))],
  ["an id that is not a UUID", hintBody([orderId(1), "order-1"])],
  ["an id that is not a text", '{"orderIds":[1]}'],
  ["another field", JSON.stringify({ orderIds: ids(1), order: {} })],
  ["a deeply nested text", `{"orderIds":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ["a text that is much too long", `${" ".repeat(200_000)}${hintBody(ids(1))}`],
])("%s is no hint", (_, body) => {
  expect(parseHint(body)).toBeUndefined();
});

it("parsing never throws", () => {
  const bodies = fc.oneof(fc.string(), fc.json(), fc.anything().map(fc.stringify));
  fc.assert(fc.property(bodies, (body) => void parseHint(body)));
});
