import { CANARY_ACCOUNT } from "../auth/tunables";
import { EPOCH_STEP_MAX } from "../control/tunables";
import type { Sql } from "../runtime/runtime";
import { orderColumns, orderFields, type StoredOrder } from "./order";

/** The columns of an order, and of what the platform adds when it accepts one, with their SQL types. */
const columns = [
  ...Object.values(orderColumns),
  { column: "accepted_at", type: "timestamptz" },
  { column: "accepted_in", type: "text" },
  { column: "fingerprint", type: "text" },
];
const columnNames = columns.map(({ column }) => column).join(", ");

/**
 * Inserts a batch of orders if `writer_epoch` holds the given epoch. `for share` locks that row
 * until the commit, so a batch that began before an activation cannot commit after it. If `held` is
 * false, another epoch has the right to write and nothing was inserted.
 * Rows are inserted in the order of their ids. Batches with the same orders, which are normal after an
 * activation, then wait for each other's rows in the same order and cannot deadlock.
 */
export const INSERT_ORDERS = `
with held as materialized (
  select epoch from writer_epoch where epoch = $1::integer for share
), batch as (
  select * from jsonb_to_recordset($2::jsonb) as b(
    ${columns.map(({ column, type }) => `${column} ${type}`).join(", ")})
), inserted as (
  insert into orders (${columnNames}, settled_at, epoch)
  select ${columnNames}, $3::timestamptz, held.epoch
  from batch cross join held
  order by id
  on conflict (id) do nothing
  returning id
)
select exists (select from held) as held, array(select id::text from inserted) as inserted`;

/** The fingerprints of the rows that have these ids. */
export const READ_FINGERPRINTS = `
select id::text as id, fingerprint from orders where id = any($1::uuid[])`;

/**
 * The epoch of this region's database, and which of the orders it has, with the fingerprints of their
 * rows. One statement reads one snapshot, so a matching epoch proves that these rows come from the
 * current writer.
 */
export const SEE_ORDERS = `
select (select epoch from writer_epoch) as epoch,
  (select coalesce(jsonb_object_agg(id, fingerprint), '{}') from orders
    where id = any($1::uuid[])) as seen`;

/** Whether the connection leads to the writer. */
export const PROBE_WRITER = `select not pg_is_in_recovery() as writer`;

/**
 * Raises the epoch by at most EPOCH_STEP_MAX, never lowers it. Waits for running inserts, which hold a
 * lock on the row.
 */
export const RAISE_EPOCH = `
update writer_epoch set epoch = $1::integer
where epoch < $1::integer and epoch >= $1::integer - ${EPOCH_STEP_MAX}`;

/** The current epoch and the time of the newest row. */
export const READ_EPOCH = `
select epoch, (select max(settled_at) from orders) as newest_row_at from writer_epoch`;

/**
 * Deletes rows of canaries that were settled before a time, at most so many, and returns their ids.
 * The account is part of the text, because only then does PostgreSQL use the index orders_canary.
 */
export const PRUNE_CANARIES = `
delete from orders where id in (
  select id from orders
  where account_id = '${CANARY_ACCOUNT}' and settled_at < $1::timestamptz
  order by settled_at limit $2)
returning id::text as id`;

export interface Settled {
  /** False if another epoch has the right to write. Then nothing was inserted. */
  held: boolean;
  /** Ids of the orders that were inserted. The others have a row already. */
  inserted: ReadonlySet<string>;
}

/**
 * Inserts a batch of orders under an epoch.
 * @param settledAt ISO 8601 time.
 * @throws the server's error, with its SQLSTATE in `code`.
 */
export async function insertOrders(
  sql: Sql,
  epoch: number,
  batch: readonly StoredOrder[],
  settledAt: string,
): Promise<Settled> {
  const [answer] = await sql<{ held: boolean; inserted: string[] }>(INSERT_ORDERS, [
    epoch,
    JSON.stringify(batch.map(rowOf)),
    settledAt,
  ]);
  return { held: answer?.held === true, inserted: new Set(answer?.inserted) };
}

/** A row by column name. */
function rowOf({ order, acceptedAt, acceptedIn, fingerprint }: StoredOrder): object {
  const row: Record<string, string | null> = {};
  for (const field of orderFields) row[orderColumns[field].column] = order[field] ?? null;
  return { ...row, accepted_at: acceptedAt, accepted_in: acceptedIn, fingerprint };
}

/** The fingerprints of the orders that have a row, by order id. */
export async function readFingerprints(
  sql: Sql,
  orderIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; fingerprint: string }>(READ_FINGERPRINTS, [orderIds]);
  return new Map(rows.map((row) => [row.id, row.fingerprint]));
}

/** What this region's database has: its epoch, null if it has none, and rows by order id. */
export interface SeenOrders {
  epoch: number | null;
  fingerprints: ReadonlyMap<string, string>;
}

/** Which of the orders this region's database has. */
export async function seeOrders(sql: Sql, orderIds: readonly string[]): Promise<SeenOrders> {
  const [answer] = await sql<{ epoch: number | null; seen: Record<string, string> }>(SEE_ORDERS, [
    orderIds,
  ]);
  return {
    epoch: answer?.epoch ?? null,
    fingerprints: new Map(Object.entries(answer?.seen ?? {})),
  };
}

/**
 * True if PostgreSQL refused the data of an order: SQLSTATE class 22 (data exception) or 23
 * (integrity constraint violation). Retrying cannot help.
 */
export function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^2[23]/.test(code);
}
