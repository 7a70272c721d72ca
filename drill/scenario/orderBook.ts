import type { World } from "../world/world";
import type { Row } from "../world/volume";

export interface OrderFields {
  orderId: string;
  accountId: string;
  sessionId: string;
  symbol: string;
  side: string;
  quantity: string;
  limitPrice?: string;
}

/** One order of a client, and how it went. */
export interface PlacedOrder {
  orderId: string;
  accountId: string;
  body: string;
  placedAtMs: number;
  attempts: number;
  /** When the client was told 202, on whichever attempt. */
  acceptedAtMs: number | null;
  /** Status of the first attempt; null where no answer came. */
  firstStatus: number | null;
  acceptedIn: string | null;
}

interface Acknowledged {
  body: string;
  atMs: number;
}

export interface Verdict {
  placed: number;
  acknowledged: number;
  present: number;
  rejected: number;
  missing: readonly string[];
  doubled: readonly string[];
  altered: readonly string[];
}

/** What clients were told: the one truth that the surviving database is held against. */
export class OrderBook {
  readonly orders: PlacedOrder[] = [];
  /** Bodies of everything acknowledged with 202, canaries included, by order id. */
  private readonly acknowledged = new Map<string, Acknowledged>();

  constructor(private readonly world: World) {
    world.base.watch((happening) => {
      if (happening.kind !== "told" || this.acknowledged.has(happening.orderId)) return;
      this.acknowledged.set(happening.orderId, { body: happening.body, atMs: world.base.nowMs });
    });
  }

  place(fields: OrderFields): PlacedOrder {
    const order: PlacedOrder = {
      orderId: fields.orderId,
      accountId: fields.accountId,
      body: JSON.stringify(fields),
      placedAtMs: this.world.base.nowMs,
      attempts: 0,
      acceptedAtMs: null,
      firstStatus: null,
      acceptedIn: null,
    };
    this.orders.push(order);
    return order;
  }

  attempted(order: PlacedOrder, status: number | null, region: string): void {
    order.attempts++;
    if (order.attempts === 1) order.firstStatus = status;
    if (status === 202 && order.acceptedAtMs === null) {
      order.acceptedAtMs = this.world.base.nowMs;
      order.acceptedIn = region;
    }
  }

  /** Orders acknowledged before a moment. */
  acknowledgedBefore(untilMs: number): string[] {
    const found: string[] = [];
    for (const [orderId, { atMs }] of this.acknowledged) if (atMs < untilMs) found.push(orderId);
    return found;
  }

  /** Holds the rows of the surviving database against what was acknowledged before a moment. */
  judge(ledgerTable: string, untilMs: number): Verdict {
    const { rows } = this.world.aurora.writer.volume.state;
    const missing: string[] = [];
    const altered: string[] = [];
    let present = 0;
    let rejected = 0;
    let acknowledged = 0;
    for (const [orderId, { body, atMs }] of this.acknowledged) {
      if (atMs >= untilMs) continue;
      acknowledged++;
      const row = rows.get(orderId);
      if (row !== undefined) {
        present++;
        if (!isSame(row, JSON.parse(body) as OrderFields)) altered.push(orderId);
      } else if (this.isRejected(ledgerTable, orderId)) rejected++;
      else missing.push(orderId);
    }
    return {
      placed: this.orders.length,
      acknowledged,
      present,
      rejected,
      missing,
      doubled: doubled(rows.values()),
      altered,
    };
  }

  private isRejected(ledgerTable: string, orderId: string): boolean {
    const item = this.world.dynamodb.peek(ledgerTable, `order#${orderId}`);
    return item?.["rejectedReason"] !== undefined;
  }
}

function isSame(row: Row, order: OrderFields): boolean {
  return (
    row.accountId === order.accountId &&
    row.symbol === order.symbol &&
    row.side === order.side &&
    row.quantity === order.quantity &&
    row.limitPrice === (order.limitPrice ?? null)
  );
}

/** A client's quantity is its own: two rows with one quantity are one order settled twice. */
function doubled(rows: Iterable<Row>): string[] {
  const seen = new Map<string, string>();
  const found: string[] = [];
  for (const { id, accountId, symbol, quantity } of rows) {
    if (symbol === "CANARY") continue;
    const key = `${accountId}|${quantity}`;
    if (seen.has(key)) found.push(id);
    seen.set(key, id);
  }
  return found;
}
