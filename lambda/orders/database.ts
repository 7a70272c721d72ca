import type { Sql } from "../runtime/runtime";
import type { StoredOrder } from "./order";

/**
 * Inserts a batch under an epoch's right, in one statement. `for share` holds the right until
 * commit: a batch begun before an activation cannot commit after it. No row of `held` means that
 * the right is gone, and nothing was inserted.
 */
export const INSERT_ORDERS = `
with held as materialized (
  select epoch from writer_epoch where epoch = $1::integer for share
), batch as (
  select * from jsonb_to_recordset($2::jsonb) as b(
    id uuid, account_id text, session_id text, symbol text, side text, quantity numeric,
    limit_price numeric, accepted_at timestamptz, accepted_in text, fingerprint text)
), inserted as (
  insert into orders (id, account_id, session_id, symbol, side, quantity, limit_price,
    accepted_at, accepted_in, fingerprint, settled_at, epoch)
  select b.id, b.account_id, b.session_id, b.symbol, b.side, b.quantity, b.limit_price,
    b.accepted_at, b.accepted_in, b.fingerprint, $3::timestamptz, held.epoch
  from batch b cross join held
  on conflict (id) do nothing
  returning id
)
select exists (select from held) as held, array(select id::text from inserted) as inserted`;

/** The bodies of orders that were there before: the same order, or another under the same id. */
export const READ_FINGERPRINTS = `
select id::text as id, fingerprint from orders where id = any($1::uuid[])`;

/**
 * Which of these orders this volume has, and the epoch it carries: one statement, one snapshot, so
 * that the epoch proves the rows' descent from the present writer.
 */
export const SEE_ORDERS = `
select (select epoch from writer_epoch) as epoch,
  array(select id::text from orders where id = any($1::uuid[])) as seen`;

/** Is this the writer, and what is its newest row? */
export const PROBE_WRITER = `select not pg_is_in_recovery() as writer`;

/** Raises the right, only upward; waits for inserts that hold the lower one. */
export const RAISE_EPOCH = `update writer_epoch set epoch = $1::integer where epoch < $1::integer`;

/** The right as it stands now, and the newest row. */
export const READ_EPOCH = `
select epoch, (select max(settled_at) from orders) as newest_row_at from writer_epoch`;

/** Rows of canary orders whose time is over. */
export const PRUNE_CANARIES = `
delete from orders where account_id = $1 and settled_at < $2::timestamptz`;

export interface Settled {
  /** Was the right held? If not, nothing was inserted and nothing may be marked. */
  held: boolean;
  inserted: ReadonlySet<string>;
}

/** @throws the server's error, with its SQLSTATE in `code`. */
export async function insertOrders(
  sql: Sql,
  epoch: number,
  batch: readonly StoredOrder[],
  settledAt: string,
): Promise<Settled> {
  const rows = batch.map(({ order, acceptedAt, acceptedIn, fingerprint }) => ({
    id: order.orderId,
    account_id: order.accountId,
    session_id: order.sessionId,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    limit_price: order.limitPrice ?? null,
    accepted_at: acceptedAt,
    accepted_in: acceptedIn,
    fingerprint,
  }));
  const [answer] = await sql<{ held: boolean; inserted: string[] }>(INSERT_ORDERS, [
    epoch,
    JSON.stringify(rows),
    settledAt,
  ]);
  return { held: answer?.held === true, inserted: new Set(answer?.inserted) };
}

export async function readFingerprints(
  sql: Sql,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ id: string; fingerprint: string }>(READ_FINGERPRINTS, [orderIds]);
  return new Map(rows.map((row) => [row.id, row.fingerprint]));
}

/** The local volume's epoch (null where it has none) and which of the orders it has. */
export async function seeOrders(
  sql: Sql,
  orderIds: readonly string[],
): Promise<{ epoch: number | null; seen: ReadonlySet<string> }> {
  const [answer] = await sql<{ epoch: number | null; seen: string[] }>(SEE_ORDERS, [orderIds]);
  return { epoch: answer?.epoch ?? null, seen: new Set(answer?.seen) };
}

/** The order itself is at fault: data it cannot hold (class 22) or a constraint (class 23). */
export function isOrdersFault(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^2[23]/.test(code);
}
