import { type Live, STANDBY } from "../harness/live";
import { type Books, newOrders } from "../harness/orders";
import { type StoredOrder, hintBody } from "../shipped";
import { answerOf } from "./measure";
import type { Plan, Polling } from "./plan";

export interface Drain {
  orders: number;
  /** From the activation until the last order of the backlog is settled. */
  seconds: number;
  /** Oldest fresh order when it was settled. */
  freshAgeMaxSeconds: number;
}

/** Fresh orders arrive so often. */
const TICK_MS = 100;
const POLL_MS = 5;

/**
 * A takeover for real: the sweep re-queues a backlog, one order-processor settles it, and another one
 * settles fresh orders meanwhile, at its part of the admitted rate.
 */
export async function drain(
  live: Live,
  books: Books,
  plan: Plan,
  orders: number,
  admittedPerSecond: number,
): Promise<Drain> {
  await live.activateDatabase(2);
  books.activate(STANDBY, 2);
  const backlog = newOrders(orders, 300);
  books.accept(backlog, { settledEpoch: 1 });
  const processors = [
    await live.sandbox("orderProcessor", STANDBY, { cpuShare: plan.processorShare }),
    await live.sandbox("orderProcessor", STANDBY, { cpuShare: plan.processorShare }),
  ] as const;
  const sweep = await live.sandbox("settlementSweep", STANDBY, { cpuShare: plan.sweepShare });
  const startedMs = performance.now();
  let isOver = false;
  const waiting = new Set(backlog.map(({ order }) => order.orderId));
  const draining = poll(
    live,
    plan.backlog,
    processors[0],
    () => isOver,
    (ids) => {
      for (const id of ids) waiting.delete(id);
      if (waiting.size === 0) isOver = true;
    },
  );
  const fresh = new FreshOrders(books, live, plan.fresh.queue);
  const perTick = (admittedPerSecond / plan.fresh.concurrency) * (TICK_MS / 1000);
  const arrivals = setInterval(() => fresh.arrive(perTick), TICK_MS);
  const settling = poll(
    live,
    plan.fresh,
    processors[1],
    () => isOver,
    (ids) => fresh.settled(ids),
  );
  await answerOf(sweep, { activated: 2 });
  await draining;
  const seconds = (performance.now() - startedMs) / 1000;
  clearInterval(arrivals);
  await settling;
  return { orders, seconds, freshAgeMaxSeconds: fresh.ageMaxSeconds };
}

type Processor = Awaited<ReturnType<Live["sandbox"]>>;

/** Delivers a queue's messages to one sandbox, until it is over. */
export async function poll(
  live: Live,
  { queue, batchSize }: Polling,
  processor: Processor,
  isOver: () => boolean,
  settled: (orderIds: readonly string[]) => void,
): Promise<void> {
  while (!isOver()) {
    const bodies = live.queues.bodies(queue).splice(0, batchSize);
    if (bodies.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      continue;
    }
    const Records = bodies.map((body, n) => ({ messageId: String(n), body }));
    const { result } = await answerOf(processor, { Records });
    const failed = new Set(
      (result as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures.map(
        ({ itemIdentifier }) => itemIdentifier,
      ),
    );
    for (const { messageId, body } of Records) {
      if (failed.has(messageId)) live.queues.bodies(queue).push(body);
      else settled((JSON.parse(body) as { orderIds: string[] }).orderIds);
    }
  }
}

/** Orders that are accepted while others wait. */
export class FreshOrders {
  ageMaxSeconds = 0;
  private readonly acceptedMs = new Map<string, number>();
  private owed = 0;

  constructor(
    private readonly books: Books,
    private readonly live: Live,
    private readonly queue: string,
  ) {}

  /** So many orders are accepted, and each is hinted at; parts of an order are kept for later. */
  arrive(count: number): readonly StoredOrder[] {
    this.owed += count;
    const orders = newOrders(Math.floor(this.owed));
    this.owed -= orders.length;
    this.books.accept(orders);
    for (const { order } of orders) {
      this.acceptedMs.set(order.orderId, performance.now());
      this.live.queues.bodies(this.queue).push(hintBody([order.orderId]));
    }
    return orders;
  }

  settled(orderIds: readonly string[]): void {
    for (const orderId of orderIds) {
      const ageSeconds = (performance.now() - (this.acceptedMs.get(orderId) ?? Infinity)) / 1000;
      this.ageMaxSeconds = Math.max(this.ageMaxSeconds, ageSeconds);
      this.acceptedMs.delete(orderId);
    }
  }
}
