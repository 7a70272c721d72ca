import {
  INSERT_ORDERS,
  PRUNE_CANARIES,
  READ_EPOCH,
  READ_FINGERPRINTS,
  SEE_ORDERS,
} from "../../../lambda/orders/database";
import { APPLICATION_USER, applyMigration, migrations } from "../../../lambda/orders/migrations";
import { SESSION_IDLE_MAX_MS, STATEMENT_TIMEOUT_MS } from "../../../lambda/runtime/tunables";
import { startPostgres, type Postgres } from "../../helpers/postgres";

const ROWS = 50_000;
const SETTLED_AT = "2026-01-01T00:00:00.000Z";
let postgres: Postgres;

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const ids = Array.from({ length: 100 }, (_, n) => idOf(n * 7 + 1));

beforeAll(async () => {
  postgres = await startPostgres();
  const sql = postgres.sql();
  await sql("create table schema_migrations (version integer primary key)", []);
  for (const text of migrations.flatMap(applyMigration)) await sql(text, []);
  await sql("update writer_epoch set epoch = 1", []);
  await sql(
    `insert into orders (id, account_id, session_id, symbol, side, quantity, accepted_at, accepted_in,
       fingerprint, settled_at, epoch)
     select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'account', 'session', 'ACME',
       'BUY', 1, $1::timestamptz, 'us-east-1', repeat('f', 64), $1::timestamptz, 1
     from generate_series(1, ${ROWS}) n`,
    [SETTLED_AT],
  );
  await sql("analyze", []);
}, 120_000);
afterAll(() => postgres.stop());

interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  Plans?: Node[];
}

async function nodesOf(text: string, values: readonly unknown[]): Promise<Node[]> {
  const [row] = await postgres.sql()<{ "QUERY PLAN": { Plan: Node }[] }>(
    `explain (format json) ${text}`,
    values,
  );
  const all = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(all)];
  return row!["QUERY PLAN"].flatMap(({ Plan }) => all(Plan));
}

const batch = ids.map((id) => ({ id, account_id: "account" }));

test.each<[string, string, readonly unknown[], string | undefined]>([
  ["INSERT_ORDERS", INSERT_ORDERS, [1, JSON.stringify(batch), SETTLED_AT], undefined],
  ["READ_FINGERPRINTS", READ_FINGERPRINTS, [ids], "orders_pkey"],
  ["SEE_ORDERS", SEE_ORDERS, [ids], "orders_pkey"],
  ["READ_EPOCH", READ_EPOCH, [], "orders_settled_at"],
  ["PRUNE_CANARIES", PRUNE_CANARIES, [SETTLED_AT, 1_000], "orders_canary"],
])("%s reads the orders by an index alone", async (_, text, values, index) => {
  const nodes = await nodesOf(text, values);
  const onOrders = nodes.filter((node) => node["Relation Name"] === "orders");
  expect(onOrders.filter((node) => node["Node Type"] === "Seq Scan")).toEqual([]);
  const used = nodes.map((node) => node["Index Name"]);
  if (index !== undefined) expect(used).toContain(index);
});

describe("the application's role", () => {
  const denied = { code: "42501" };

  test.each([
    "update orders set quantity = 2",
    "delete from orders",
    "truncate orders",
    "update writer_epoch set epoch = 9",
    "delete from writer_epoch",
    "insert into writer_epoch (only_row, epoch) values (false, 1)",
    "alter table orders add column more text",
    "drop table orders",
    "create table more (i integer)",
    "create role other login",
    "insert into schema_migrations (version) values (99)",
    "copy orders to program 'cat'",
    "set role postgres",
  ])("may not: %s", async (text) => {
    await expect(postgres.sql(APPLICATION_USER)(text, [])).rejects.toMatchObject(denied);
  });

  test("has its statements ended by the server", async () => {
    const [row] = await postgres.sql(APPLICATION_USER)<{ statement_timeout: string }>(
      "show statement_timeout",
      [],
    );
    expect(row).toEqual({ statement_timeout: `${STATEMENT_TIMEOUT_MS / 1000}s` });
  });

  test("has its idle connections closed by the server", async () => {
    const [row] = await postgres.sql(APPLICATION_USER)<{ ms: number }>(
      `select setting::integer as ms from pg_settings where name = 'idle_session_timeout'`,
      [],
    );
    expect(row).toEqual({ ms: SESSION_IDLE_MAX_MS });
  });
});
