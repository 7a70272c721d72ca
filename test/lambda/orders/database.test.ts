import {
  INSERT_ORDERS,
  PRUNE_CANARIES,
  insertOrders,
  isDataError,
  readFingerprints,
  seeOrders,
} from "../../../lambda/orders/database";
import { orderColumns, orderSchema } from "../../../lambda/orders/order";
import { APPLICATION_USER, migrations } from "../../../lambda/orders/migrations";
import { storedOrder, type StoredOrder } from "../../../lambda/orders/order";
import { createDbMigration } from "../../../lambda/handlers/dbMigration";
import { startPostgres, type Postgres } from "../../helpers/postgres";

const SETTLED_AT = "2026-01-01T00:00:00.000Z";
let postgres: Postgres;

const order = (n: number, quantity = "1.5"): StoredOrder =>
  storedOrder(
    {
      orderId: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
      accountId: "acc",
      sessionId: "ses",
      symbol: "ACME",
      side: "BUY",
      quantity,
    },
    "2026-01-01T00:00:00.000Z",
    "us-east-1",
  );

const migration = () =>
  createDbMigration({
    env: {
      AWS_REGION: "us-east-1",
      ENVIRONMENT: "dev",
      DATABASE_ENDPOINT: "here",
      DATABASE_NAME: "postgres",
    },
    clock: { nowMs: () => Date.parse("2026-01-03T00:00:00Z"), timer: () => () => undefined },
    write: () => undefined,
    sql: () => postgres.sql(),
  });

beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(() => postgres.stop());

describe("on a real PostgreSQL", () => {
  const app = () => postgres.sql(APPLICATION_USER);

  it("a migration is applied once if two invocations start at the same time", async () => {
    const outcomes = await Promise.allSettled([
      migration()({ migrate: true }),
      migration()({ migrate: true }),
    ]);
    const applied = outcomes.flatMap((o) =>
      o.status === "fulfilled" && o.value.status === "migrated" ? [o.value.applied] : [],
    );
    expect(applied.flat()).toEqual(migrations.map(({ version }) => version));
    expect(await migration()({ migrate: true })).toEqual({ status: "migrated", applied: [] });
  });

  it("an activation raises the epoch by a bounded step and never lowers it", async () => {
    expect(await migration()({ activate: 2 })).toEqual({
      status: "activated",
      epoch: 2,
      newestRowAtMs: null,
    });
    expect(await migration()({ activate: 2 })).toMatchObject({ status: "activated", epoch: 2 });
    expect(await migration()({ activate: 1 })).toEqual({ status: "superseded", epoch: 2 });
    expect(await migration()({ activate: 2 ** 31 - 1 })).toEqual({
      status: "superseded",
      epoch: 2,
    });
  });

  it("the application inserts each order once under the current epoch", async () => {
    const batch = [order(1), order(2)];
    expect(await insertOrders(app(), 2, batch, SETTLED_AT)).toEqual({
      held: true,
      inserted: new Set(batch.map((one) => one.order.orderId)),
    });
    expect(await insertOrders(app(), 2, [...batch, order(3)], SETTLED_AT)).toEqual({
      held: true,
      inserted: new Set([order(3).order.orderId]),
    });
    expect(await readFingerprints(app(), [order(1).order.orderId])).toEqual(
      new Map([[order(1).order.orderId, order(1).fingerprint]]),
    );
  });

  it("every field of an order is stored in its column, and only optional fields may be null", async () => {
    const whole = order(4);
    whole.order.limitPrice = "10.25";
    await insertOrders(app(), 2, [whole], SETTLED_AT);
    const [row] = await app()<Record<string, unknown>>("select * from orders where id = $1", [
      whole.order.orderId,
    ]);
    for (const [field, value] of Object.entries(whole.order)) {
      const stored = row![orderColumns[field as keyof typeof orderColumns].column];
      const asSent =
        typeof stored === "string" && /^\d+\.\d{8}$/.test(stored) ? Number(stored) : stored;
      expect(String(asSent)).toBe(value);
    }
    const columns = await postgres.sql()<{ column_name: string; is_nullable: "YES" | "NO" }>(
      "select column_name, is_nullable from information_schema.columns where table_name = 'orders'",
      [],
    );
    const nullable = columns.filter(({ is_nullable }) => is_nullable === "YES");
    const optional = Object.entries(orderSchema.shape).filter(
      ([, field]) => field._zod.def.type === "optional",
    );
    expect(nullable.map(({ column_name }) => column_name)).toEqual(
      optional.map(([field]) => orderColumns[field as keyof typeof orderColumns].column),
    );
  });

  it("nothing is inserted under another epoch", async () => {
    expect(await insertOrders(app(), 1, [order(9)], SETTLED_AT)).toEqual({
      held: false,
      inserted: new Set(),
    });
    expect(await seeOrders(app(), [order(1).order.orderId, order(9).order.orderId])).toEqual({
      epoch: 2,
      fingerprints: new Map([[order(1).order.orderId, order(1).fingerprint]]),
    });
  });

  it("errors in the data of an order differ from other errors", async () => {
    const tooLarge = order(10, "9".repeat(30));
    const fault = await insertOrders(app(), 2, [tooLarge], SETTLED_AT).catch((e: unknown) => e);
    expect(isDataError(fault)).toBe(true);
    const missing = await app()("select * from nowhere", []).catch((e: unknown) => e);
    expect(isDataError(missing)).toBe(false);
  });

  it("the application may neither change the epoch nor delete rows", async () => {
    const denied = { code: "42501" };
    await expect(app()("update writer_epoch set epoch = 9", [])).rejects.toMatchObject(denied);
    await expect(app()("delete from orders", [])).rejects.toMatchObject(denied);
  });

  it("a batch begun before an activation does not commit after it", async () => {
    const [slow, raiser] = [await postgres.connect(APPLICATION_USER), await postgres.connect()];
    try {
      await raiser.query("begin");
      await raiser.query("update writer_epoch set epoch = 3 where epoch < 3");
      const insert = slow.query(INSERT_ORDERS, [
        2,
        JSON.stringify([{ id: order(20).order.orderId }]),
        SETTLED_AT,
      ]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await raiser.query("commit");
      const answer = (await insert) as { rows: { held: boolean }[] };
      expect(answer.rows[0]!.held).toBe(false);
    } finally {
      await Promise.all([slow.end(), raiser.end()]);
    }
  });

  it("an activation waits for a batch that holds the lock", async () => {
    const holder = await postgres.connect(APPLICATION_USER);
    try {
      await holder.query("begin");
      await holder.query(INSERT_ORDERS, [
        3,
        JSON.stringify([
          {
            id: order(21).order.orderId,
            account_id: "a",
            session_id: "s",
            symbol: "ACME",
            side: "BUY",
            quantity: "1",
            accepted_at: SETTLED_AT,
            accepted_in: "us-east-1",
            fingerprint: "f".repeat(64),
          },
        ]),
        SETTLED_AT,
      ]);
      let isRaised = false;
      const raise = migration()({ activate: 4 }).then((result) => {
        isRaised = true;
        return result;
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(isRaised).toBe(false);
      await holder.query("commit");
      expect(await raise).toEqual({
        status: "activated",
        epoch: 4,
        newestRowAtMs: Date.parse(SETTLED_AT),
      });
    } finally {
      await holder.end();
    }
  });

  it("old rows of the canary account are deleted, other rows are kept", async () => {
    const canary = order(30);
    canary.order.accountId = "canary";
    await insertOrders(app(), 4, [canary], SETTLED_AT);
    expect(await migration()({ prune: true })).toEqual({ status: "pruned", rows: 1 });
    const seen = await seeOrders(app(), [order(30).order.orderId, order(1).order.orderId]);
    expect([...seen.fingerprints.keys()]).toEqual([order(1).order.orderId]);
  });

  it("finds old rows of the canary account by an index in a large table", async () => {
    await postgres.sql()(
      `insert into orders select gen_random_uuid(), case when n % 100 = 0 then 'canary' else 'acc' end,
        'ses', 'ACME', 'BUY', 1, null, $1, 'us-east-1', repeat('f', 64), $1, 4 from generate_series(1, 50000) n`,
      [SETTLED_AT],
    );
    const client = await postgres.connect();
    try {
      await client.query("analyze orders");
      const plan = await client.query<Record<string, string>>(`explain ${PRUNE_CANARIES}`, [
        "2026-01-02T00:00:00.000Z",
        100,
      ]);
      const text = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(text).toContain("Index Scan using orders_canary");
      expect(text).not.toContain("Seq Scan");
    } finally {
      await client.end();
    }
    expect(await migration()({ prune: true })).toEqual({ status: "pruned", rows: 500 });
  });

  it("an index that was not finished is made again", async () => {
    const sql = postgres.sql();
    await sql("delete from schema_migrations where version = 3", []);
    await sql(
      "update pg_index set indisvalid = false where indexrelid = 'orders_canary'::regclass",
      [],
    );
    await migration()({ migrate: true });
    const [index] = await sql<{ indisvalid: boolean }>(
      "select indisvalid from pg_index where indexrelid = 'orders_canary'::regclass",
      [],
    );
    expect(index).toEqual({ indisvalid: true });
  });

  it("settling does not wait for a migration that builds an index", async () => {
    const writer = await postgres.connect();
    const sql = postgres.sql();
    try {
      // The index waits for transactions that write to the table.
      await writer.query("begin");
      await writer.query("lock table orders in row exclusive mode");
      await sql("delete from schema_migrations where version = 3", []);
      const migrating = migration()({ migrate: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await insertOrders(app(), 4, [order(40)], SETTLED_AT)).toMatchObject({ held: true });
      expect(await migration()({ activate: 5 })).toMatchObject({ status: "activated", epoch: 5 });
      await writer.query("rollback");
      expect(await migrating).toEqual({ status: "migrated", applied: [3] });
    } finally {
      await writer.end();
    }
  });
});
