import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import {
  type OrderItem,
  type StoredOrder,
  activated,
  firstControl,
  insertOrders,
  orderKey,
  shardOf,
  storedOrder,
} from "../shipped";
import { HOME, type Live } from "./live";

/** New orders, as clients send them. */
export function newOrders(count: number, ageSeconds = 0): StoredOrder[] {
  const acceptedAt = new Date(Date.now() - ageSeconds * 1000).toISOString();
  return Array.from({ length: count }, () => {
    const order = {
      orderId: randomUUID(),
      accountId: "account",
      sessionId: "session",
      symbol: "ACME",
      side: "BUY" as const,
      quantity: "1",
    };
    return storedOrder(order, acceptedAt, HOME);
  });
}

/** The ledger and the rows of a running harness, as their writers leave them. */
export class Books {
  private readonly table: string;

  constructor(private readonly live: Live) {
    this.table = live.program.function("orderApi", HOME).environment["LEDGER_TABLE"]!;
  }

  /** A region is active under an epoch. */
  activate(active: string, epoch: number): void {
    const nowMs = Date.now();
    this.put({ pk: "control", ...activated(firstControl(active, nowMs), null, nowMs), epoch });
  }

  /** Stores orders as order-api does, marked as settled if there is an epoch. */
  accept(orders: readonly StoredOrder[], settledEpoch?: number): void {
    for (const order of orders) {
      const pk = orderKey(order.order.orderId);
      const shard = `open#${shardOf(order.fingerprint)}`;
      const marked = settledEpoch === undefined ? {} : { settledEpoch };
      this.put({ pk, shard, at: order.acceptedAt, ...order, ...marked });
    }
  }

  /** Inserts the rows of orders as order-processor does. */
  async settle(orders: readonly StoredOrder[], epoch: number): Promise<void> {
    const client = await this.live.postgres.connect();
    try {
      const { held } = await insertOrders(sqlOf(client), epoch, orders, new Date().toISOString());
      if (!held) throw new Error(`live: the database does not have the epoch ${epoch}`);
    } finally {
      await client.end();
    }
  }

  /** All order items. */
  get items(): OrderItem[] {
    const all = [...this.live.dynamodb.table(this.table).values()] as unknown as OrderItem[];
    return all.filter(({ pk }) => pk.startsWith("order#"));
  }

  private put(Item: object): void {
    this.live.dynamodb.table(this.table).answer(HOME, "PutCommand", { Item });
  }
}

const sqlOf =
  (client: Client) =>
  async <Row>(text: string, values: readonly unknown[]): Promise<Row[]> =>
    (await client.query(text, [...values])).rows as Row[];
