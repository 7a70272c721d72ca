import * as fc from "fast-check";
import { insertOrders, isDataError } from "../../../lambda/orders/database";
import {
  applyMigration,
  APPLICATION_USER,
  migrations,
  MIGRATIONS_TABLE,
} from "../../../lambda/orders/migrations";
import { storedOrder, validateOrder, type StoredOrder } from "../../../lambda/orders/order";
import { order } from "../../helpers/events";
import { startPostgres, type Postgres } from "../../helpers/postgres";

const ACCEPTED_AT = "2026-01-01T00:00:00.000Z";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.sql()(MIGRATIONS_TABLE, []);
  for (const text of migrations.flatMap(applyMigration)) await postgres.sql()(text, []);
  await postgres.sql()("update writer_epoch set epoch = 1", []);
}, 60_000);
afterAll(() => postgres.stop());

/** Inserts an order. Returns true, or false if PostgreSQL refuses its data. */
async function isStored(item: StoredOrder): Promise<boolean> {
  try {
    const { inserted } = await insertOrders(postgres.sql(APPLICATION_USER), 1, [item], ACCEPTED_AT);
    expect(inserted.size).toBe(1);
    return true;
  } catch (error) {
    if (!isDataError(error)) throw error;
    return false;
  }
}

const label = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const decimal = fc
  .tuple(fc.stringMatching(/^[0-9]{1,12}$/), fc.stringMatching(/^[0-9]{0,8}$/))
  .map(([whole, part]) => (part === "" ? whole : `${whole}.${part}`))
  .filter((text) => Number(text) > 0);
const anyOrder = fc.record({
  orderId: fc.uuid(),
  accountId: label,
  sessionId: label,
  symbol: fc.stringMatching(/^[A-Z0-9.-]{1,12}$/),
  side: fc.constantFrom("BUY", "SELL"),
  quantity: decimal,
  limitPrice: fc.option(decimal, { nil: undefined }),
});
const extremes = [
  { quantity: "999999999999.99999999", limitPrice: "999999999999.99999999" },
  { quantity: "0.00000001", limitPrice: "0.00000001" },
  { accountId: "a".repeat(64), sessionId: "-".repeat(64), symbol: "A".repeat(12) },
];

it("the table takes every order that validation accepts", async () => {
  const isTaken = async (body: object): Promise<void> => {
    const validation = validateOrder(body);
    if ("problems" in validation) throw new Error(JSON.stringify(validation));
    expect(await isStored(storedOrder(validation.order, ACCEPTED_AT, "us-east-1"))).toBe(true);
  };
  await fc.assert(fc.asyncProperty(anyOrder, isTaken), { numRuns: 200 });
  for (const [n, extreme] of extremes.entries()) await isTaken({ ...order(n + 10), ...extreme });
}, 60_000);

/** The n-th order with changes that order-api would refuse. */
function broken(n: number, fields: object, change: object = {}): StoredOrder {
  return { ...storedOrder(order(n, fields), ACCEPTED_AT, "us-east-1"), ...change };
}

it.each<[string, StoredOrder]>([
  ["a quantity that is not a number", broken(21, { quantity: "NaN" })],
  ["an infinite quantity", broken(22, { quantity: "Infinity" })],
  ["a price that is not a number", broken(23, { limitPrice: "NaN" })],
  ["a negative price", broken(24, { limitPrice: "-1" })],
  ["no account", broken(25, { accountId: "" })],
  ["a session that is too long", broken(26, { sessionId: "s".repeat(65) })],
  ["a symbol in small letters", broken(27, { symbol: "acme" })],
  ["another side", broken(28, { side: "HOLD" })],
  ["a time without end", broken(29, {}, { acceptedAt: "infinity" })],
  ["no region", broken(30, {}, { acceptedIn: "" })],
  ["a fingerprint that is none", broken(31, {}, { fingerprint: "f" })],
])("the table refuses %s", async (_, item) => {
  expect(await isStored(item)).toBe(false);
});
