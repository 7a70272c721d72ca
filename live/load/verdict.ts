import type { Server } from "../database/server";
import type { Placed } from "./clients";

/** What clients were told, against the rows of the database. */
export interface Verdict {
  acknowledged: number;
  /** Acknowledged, and not in the database: must be 0. */
  missing: string[];
  /** In the database with other values than the client sent: must be 0. */
  altered: string[];
  /** Not acknowledged; they may be in the database or not. */
  unacknowledged: number;
  unacknowledgedStored: number;
  refused: number;
}

interface Row {
  id: string;
  account_id: string;
  session_id: string;
  symbol: string;
  side: string;
  quantity: string;
  limit_price: string | null;
}

/**
 * Compares orders with the rows of a database. That a row is there twice is impossible: the id is the
 * primary key.
 */
export async function judge(server: Server, orders: Iterable<Placed>): Promise<Verdict> {
  const all = [...orders];
  const rows = await server.query<Row>(
    "select id, account_id, session_id, symbol, side, quantity, limit_price from orders where id = any($1)",
    [all.map(({ order }) => order.orderId)],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const verdict: Verdict = {
    acknowledged: 0,
    missing: [],
    altered: [],
    unacknowledged: 0,
    unacknowledgedStored: 0,
    refused: 0,
  };
  for (const { order, acceptedMs, refused } of all) {
    const row = byId.get(order.orderId);
    if (acceptedMs !== undefined) {
      verdict.acknowledged++;
      if (row === undefined) verdict.missing.push(order.orderId);
    } else if (refused !== undefined) verdict.refused++;
    else {
      verdict.unacknowledged++;
      if (row !== undefined) verdict.unacknowledgedStored++;
    }
    if (row !== undefined && !isSame(row, order)) verdict.altered.push(order.orderId);
  }
  return verdict;
}

function isSame(row: Row, order: Placed["order"]): boolean {
  return (
    row.account_id === order.accountId &&
    row.session_id === order.sessionId &&
    row.symbol === order.symbol &&
    row.side === order.side &&
    Number(row.quantity) === Number(order.quantity) &&
    Number(row.limit_price) === Number(order.limitPrice ?? 0)
  );
}
