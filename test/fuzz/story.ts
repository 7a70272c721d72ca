import {
  API_TIMEOUT_SECONDS,
  PROCESSOR_TIMEOUT_SECONDS,
  SWEEP_TIMEOUT_SECONDS,
} from "../../lib/platform/tunables";
import type { Control } from "../../lambda/control/control";
import { isClosed, isOpen, type OrderItem } from "../../lambda/orders/orderItem";
import { batch, order, orderId, post } from "../helpers/events";
import { steadyControl } from "../helpers/fakeEnvironment";
import { HOME, STANDBY, type FakeWorld } from "../helpers/fakeRuntime";
import { steadyWorld } from "../helpers/failover";
import { ended, must, type Handlers } from "./fuzzed";
import { CONTROL, orderItem, poison, type Poison } from "./poison";

/** Most messages of a batch, as the functions' event source mapping delivers them. */
const BATCH_MESSAGES = 10;

const queuesOf: Readonly<Record<string, readonly string[]>> = {
  [HOME]: ["orders-home", "backlog-home"],
  [STANDBY]: ["orders-standby", "backlog-standby"],
};

/**
 * Orders on their way through both regions, while items of the ledger are poisoned and services fail.
 * An acknowledged order whose own item is not poisoned must neither be rejected nor get lost.
 */
export class Story {
  readonly world: FakeWorld = steadyWorld();
  private readonly acknowledged = new Set<number>();
  /** Orders that were seen closed: the sweep deletes them after a day. */
  private readonly closed = new Set<number>();
  private readonly poisoned = new Set<string>();
  private readonly api;
  private readonly processors;
  private readonly sweeps;

  constructor(handlers: Handlers) {
    const each = <T>(create: (region: string) => T): Readonly<Record<string, T>> => ({
      [HOME]: create(HOME),
      [STANDBY]: create(STANDBY),
    });
    this.api = handlers.orderApi(this.world.runtime(HOME));
    this.processors = each((region) => handlers.orderProcessor(this.world.runtime(region)));
    this.sweeps = each((region) => handlers.settlementSweep(this.world.runtime(region)));
  }

  async place(n: number): Promise<void> {
    const result = await ended(this.world, "order-api", API_TIMEOUT_SECONDS, () =>
      this.api(post(order(n))),
    );
    must("value" in result, () => `order-api failed: ${String(Object.values(result)[0])}`);
    if (result.value.statusCode === 202) this.acknowledged.add(n);
  }

  /** A batch of each of a region's queues. What fails comes back. */
  async deliver(region: string): Promise<void> {
    for (const name of queuesOf[region]!) {
      const queue = this.world.services.queue(name);
      const bodies = queue.splice(0, BATCH_MESSAGES);
      if (bodies.length === 0) continue;
      const result = await ended(this.world, "order-processor", PROCESSOR_TIMEOUT_SECONDS, () =>
        this.processors[region]!(batch(...bodies)),
      );
      const failures = "value" in result ? result.value.batchItemFailures : undefined;
      const failed = new Set(failures?.map(({ itemIdentifier }) => itemIdentifier));
      queue.push(...bodies.filter((_, n) => failures === undefined || failed.has(`m${n}`)));
    }
  }

  /** Its error, if any, is the alarm's business. */
  async sweep(region: string): Promise<void> {
    await ended(this.world, "settlement-sweep", SWEEP_TIMEOUT_SECONDS, () =>
      this.sweeps[region]!({ trigger: "schedule" }, this.world.invocation(SWEEP_TIMEOUT_SECONDS)),
    );
  }

  message(region: string, body: string): void {
    this.world.services.queue(queuesOf[region]![0]!).push(body);
  }

  poison(one: Poison): void {
    this.poisoned.add(one.pk);
    poison(this.world, one);
  }

  replicate(): void {
    const { databases, cluster } = this.world.services;
    const { writer } = cluster;
    databases[writer]!.replicateTo(databases[writer === HOME ? STANDBY : HOME]!);
  }

  /** @throws Error for an order that is rejected, altered, deleted, or settled without a row. */
  checkSafe(): void {
    for (const n of this.acknowledged) {
      if (!this.poisoned.has(orderItem(n))) this.checkOrder(n);
    }
  }

  private checkOrder(n: number): void {
    const item = this.world.item<OrderItem>(orderItem(n));
    if (item === undefined) {
      must(this.closed.has(n), () => `order ${n} was acknowledged and is deleted`);
      this.acknowledged.delete(n);
      return;
    }
    const { rejectedReason, settledEpoch, fingerprint } = item;
    must(rejectedReason === undefined, () => `order ${n} is rejected: ${rejectedReason}`);
    must(item.order.orderId === orderId(n), () => `order ${n} is altered`);
    must(isOpen(item) || isClosed(item), () => `order ${n} left the index: ${item.shard}`);
    const { databases } = this.world.services;
    const hasRow = (region: string) =>
      databases[region]!.rows.get(orderId(n))?.fingerprint === fingerprint;
    must(settledEpoch === undefined || hasRow(HOME), () => `order ${n} is marked without a row`);
    must(!isClosed(item) || hasRow(STANDBY), () => `order ${n} is closed without a row`);
    if (isClosed(item)) this.closed.add(n);
    else this.closed.delete(n);
  }

  /**
   * Everything works again, and people have put the control item right. Poisoned items of orders and
   * of the evidence stay as they are: they must not stop the other orders.
   * @throws Error for an acknowledged order that is not settled then, and for rows of no order.
   */
  async heal(): Promise<void> {
    const { world } = this;
    const control = this.mendedControl();
    world.put({ pk: CONTROL, ...control });
    for (let minute = 0; minute < 3; minute++) {
      await world.advance(61);
      await this.sweep(HOME);
      for (let batches = 0; batches < 4; batches++) await this.deliver(HOME);
      this.replicate();
      await world.advance(1);
      await this.sweep(STANDBY);
      this.checkSafe();
    }
    for (const n of this.acknowledged) {
      if (this.poisoned.has(orderItem(n))) continue;
      const item = world.item<OrderItem>(orderItem(n))!;
      must(isClosed(item), () => `order ${n} is never settled: ${JSON.stringify(item)}`);
    }
    for (const [id, row] of world.services.databases[HOME]!.rows) {
      const item = world.item<OrderItem>(`order#${id}`);
      const isDeleted = item === undefined && [...this.closed].some((n) => orderId(n) === id);
      const isKnown = item?.fingerprint === row.fingerprint || this.poisoned.has(`order#${id}`);
      must(isKnown || isDeleted, () => `the row ${id} belongs to no order`);
    }
  }

  private mendedControl(): Control {
    const epoch = this.world.services.databases[HOME]!.epoch ?? 1;
    return { ...steadyControl(this.world.nowMs), version: 1_000, epoch, notifiedEpoch: epoch };
  }
}
