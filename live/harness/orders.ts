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
  const acceptedAt = secondsAgo(ageSeconds);
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

/** What has become of an accepted order. */
interface Fate {
  settledEpoch?: number;
  closedSecondsAgo?: number;
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
    const control = activated(firstControl(active, 0, "live", nowMs), null, nowMs);
    this.put({ pk: "control", ...control, epoch });
  }

  /** Stores orders as order-api does, open unless they have another fate. */
  accept(orders: readonly StoredOrder[], { settledEpoch, closedSecondsAgo }: Fate = {}): void {
    for (const order of orders) {
      const pk = orderKey(order.order.orderId);
      const shard = shardOf(order.fingerprint);
      const place =
        closedSecondsAgo === undefined
          ? { shard: `open#${shard}`, at: order.acceptedAt }
          : { shard: `closed#${shard}`, at: secondsAgo(closedSecondsAgo) };
      const marked = settledEpoch === undefined ? {} : { settledEpoch };
      this.put({ pk, ...place, ...order, ...marked });
    }
  }

  /** Inserts the rows of orders as order-processor does. */
  async settle(orders: readonly StoredOrder[], epoch: number): Promise<void> {
    const inserter = await this.inserter(epoch);
    await inserter.rows(orders).finally(() => inserter.end());
  }

  /** The same on one connection. */
  async inserter(epoch: number) {
    const client = await this.live.postgres.connect();
    const rows = async (orders: readonly StoredOrder[]) => {
      const { held } = await insertOrders(sqlOf(client), epoch, orders, secondsAgo(0));
      if (!held) throw new Error(`live: the database does not have the epoch ${epoch}`);
    };
    return { rows, end: () => client.end() };
  }

  item({ order }: StoredOrder): OrderItem | undefined {
    const request = { Key: { pk: orderKey(order.orderId) }, ConsistentRead: true };
    const answer = this.live.dynamodb.table(this.table).answer(HOME, "GetCommand", request);
    return (answer as { Item?: OrderItem }).Item;
  }

  /** All order items. */
  get items(): OrderItem[] {
    const all = [...this.live.dynamodb.table(this.table).values()] as unknown as OrderItem[];
    return all.filter(({ pk }) => pk.startsWith("order#"));
  }

  /** Deletes all orders from the ledger and all messages from the queues. */
  clear(): void {
    for (const { pk } of this.items) this.write("DeleteCommand", { Key: { pk } });
    this.live.queues.clear();
  }

  private put(Item: object): void {
    this.write("PutCommand", { Item });
  }

  /** These writes are not the functions' own, so they take none of the units. */
  private write(command: string, input: object): void {
    const { settings, dynamodb } = this.live;
    const { writeUnitsPerKey } = settings;
    settings.writeUnitsPerKey = Infinity;
    dynamodb.table(this.table).answer(HOME, command, { ...input });
    settings.writeUnitsPerKey = writeUnitsPerKey;
  }
}

function secondsAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

const sqlOf =
  (client: Client) =>
  async <Row>(text: string, values: readonly unknown[]): Promise<Row[]> =>
    (await client.query(text, [...values])).rows as Row[];
