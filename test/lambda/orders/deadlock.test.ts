import { createHash } from "node:crypto";
import type { Client } from "pg";
import { insertOrders } from "../../../lambda/orders/database";
import {
  applyMigration,
  APPLICATION_USER,
  migrations,
  MIGRATIONS_TABLE,
} from "../../../lambda/orders/migrations";
import type { StoredOrder } from "../../../lambda/orders/order";
import type { Sql } from "../../../lambda/runtime/runtime";
import { stored } from "../../helpers/events";
import { startPostgres, type Postgres } from "../../helpers/postgres";

const PROCESSORS = 10;
const COPIES = 3;
const ORDERS = 2_000;
const BATCH_SIZE = 100;

let postgres: Postgres;
let clients: Client[];

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.sql()(MIGRATIONS_TABLE, []);
  for (const text of migrations.flatMap(applyMigration)) await postgres.sql()(text, []);
  await postgres.sql()("update writer_epoch set epoch = 1", []);
  clients = await Promise.all(
    Array.from({ length: PROCESSORS }, () => postgres.connect(APPLICATION_USER)),
  );
}, 60_000);

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await postgres.stop();
});

/** The orders in an order of their own for each copy, in batches. */
function batchesOf(orders: readonly StoredOrder[], copy: number): StoredOrder[][] {
  const place = ({ fingerprint }: StoredOrder) =>
    createHash("sha256").update(`${copy}${fingerprint}`).digest("hex");
  const shuffled = [...orders].sort((one, other) => place(one).localeCompare(place(other)));
  return Array.from({ length: ORDERS / BATCH_SIZE }, (_, n) =>
    shuffled.slice(n * BATCH_SIZE, (n + 1) * BATCH_SIZE),
  );
}

it("ten processors settle three copies of the same hints without a deadlock", async () => {
  const orders = Array.from({ length: ORDERS }, (_, n) => stored(n, Date.UTC(2026, 0, 1)));
  const copies = Array.from({ length: COPIES }, (_, copy) => batchesOf(orders, copy));
  const batches = copies[0]!.flatMap((_, n) => copies.map((copy) => copy[n]!));
  const failures: unknown[] = [];
  const inserted: string[] = [];
  await Promise.all(
    clients.map(async (client) => {
      const sql: Sql = async (text, values) =>
        (await client.query(text, [...values])).rows as never;
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        try {
          const answer = await insertOrders(sql, 1, batch, "2026-01-01T00:00:01Z");
          for (const id of answer.inserted) inserted.push(id);
        } catch (error) {
          failures.push(error);
        }
      }
    }),
  );
  expect(failures).toEqual([]);
  expect(inserted.sort()).toEqual(orders.map(({ order }) => order.orderId));
}, 60_000);
