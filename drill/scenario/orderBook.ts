import { type Order, orderFields } from "../shipped";
import type { World } from "../world/world";
import type { Row } from "../world/volume";

/** One order of a client, and how it went. */
export interface PlacedOrder {
  orderId: string;
  accountId: string;
  body: string;
  placedAtMs: number;
  attempts: number;
  /** When the client was told 202, on whichever attempt. */
  acceptedAtMs: number | null;
  /** Status of the first attempt; null if no answer came. */
  firstStatus: number | null;
  acceptedIn: string | null;
}

/** An order whose client, or the sentinel, was told 202. */
export interface Acknowledged {
  orderId: string;
  body: string;
  atMs: number;
}

export interface Verdict {
  placed: number;
  acknowledged: number;
  present: number;
  missing: readonly string[];
  /**
   * Orders reported as REJECTED to their clients, settled or not. Clients send only valid orders.
   */
  rejected: readonly string[];
  doubled: readonly string[];
  altered: readonly string[];
}

/** What clients were told. The surviving database is compared with it. */
export class OrderBook {
  readonly orders: PlacedOrder[] = [];
  /** Everything acknowledged with 202, canaries included, by order id. */
  private readonly acknowledged = new Map<string, Acknowledged>();

  constructor(private readonly world: World) {
    world.base.watch(
      (happening) => {
        if (happening.kind !== "told" || this.acknowledged.has(happening.orderId)) return;
        const { orderId, body } = happening;
        this.acknowledged.set(orderId, { orderId, body, atMs: world.base.nowMs });
      },
      ["told"],
    );
  }

  place(fields: Order): PlacedOrder {
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

  acknowledgedBefore(untilMs: number): Acknowledged[] {
    const found: Acknowledged[] = [];
    for (const each of this.acknowledged.values()) if (each.atMs < untilMs) found.push(each);
    return found;
  }

  /** Compares the rows of the surviving database with the orders acknowledged before `untilMs`. */
  judge(ledgerTable: string, untilMs: number): Verdict {
    const { rows } = this.world.aurora.writer.volume.state;
    const missing: string[] = [];
    const altered: string[] = [];
    const rejected: string[] = [];
    let present = 0;
    const all = this.acknowledgedBefore(untilMs);
    for (const { orderId, body } of all) {
      const item = this.world.dynamodb.peek(ledgerTable, `order#${orderId}`);
      const isRejected = item?.["rejectedReason"] !== undefined;
      if (isRejected) rejected.push(orderId);
      const row = rows.get(orderId);
      if (row === undefined) {
        if (!isRejected) missing.push(orderId);
        continue;
      }
      present++;
      // In a design without a ledger, only the client's record is available.
      const { acceptedAt = row.acceptedAt, acceptedIn = row.acceptedIn } = item ?? {};
      const isAsAccepted = row.acceptedAt === acceptedAt && row.acceptedIn === acceptedIn;
      if (!isAsAccepted || !isSame(row, JSON.parse(body) as Order)) altered.push(orderId);
    }
    return {
      placed: this.orders.length,
      acknowledged: all.length,
      present,
      missing,
      rejected,
      doubled: doubled(rows.values()),
      altered,
    };
  }
}

function isSame(row: Row, order: Order): boolean {
  return orderFields.every((field) => field === "orderId" || row[field] === (order[field] ?? null));
}

/**
 * Every client order has a unique quantity: two rows with the same quantity are one order settled
 * twice.
 */
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
