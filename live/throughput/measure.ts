import { type Live, HOME, STANDBY } from "../harness/live";
import { type Books, newOrders } from "../harness/orders";
import type { Outcome, Sandbox } from "../harness/sandbox";
import { type StoredOrder, CLOSED_KEPT_SECONDS, hintBody } from "../shipped";
import type { Rate } from "./arithmetic";
import type { Polling } from "./plan";

/** Orders of one invocation of the sweep: more than its pages hold. */
const SWEPT_ORDERS = 4_000;
/** Before what is measured: the first invocations compile, connect and sign in. */
const WARM_UP_ORDERS = 500;
/** Orders whose hints have waited for a minute are re-queued by any sweep. */
const OLD_SECONDS = 120;

/** A message that SQS delivers. */
export function message(orders: readonly StoredOrder[], n: number): object {
  return { messageId: String(n), body: hintBody(orders.map(({ order }) => order.orderId)) };
}

/** Invokes a function, which must answer. */
export async function answerOf(sandbox: Sandbox, event: object) {
  const outcome: Outcome = await sandbox.invoke(event);
  if (outcome.kind === "answered") return outcome;
  throw new Error(
    `throughput: the invocation ${outcome.kind}: ${JSON.stringify(outcome)}\n` +
      sandbox.lines.slice(-3).join("\n"),
  );
}

/** Measures one sandbox after the other. The ledger is empty between any two of them. */
export class Measurements {
  constructor(
    private readonly live: Live,
    private readonly books: Books,
    private readonly seconds: number,
  ) {}

  /** One order-processor whose messages name so many orders each. */
  async settling(cpuShare: number, polling: Polling, ordersPerMessage: number): Promise<Rate> {
    this.books.activate(HOME, 1);
    const sandbox = await this.live.sandbox("orderProcessor", HOME, { cpuShare });
    const size = polling.batchSize * ordersPerMessage;
    const settle = async () => {
      const messages = Array.from({ length: polling.batchSize }, () => newOrders(ordersPerMessage));
      this.books.accept(messages.flat());
      const answer = await answerOf(sandbox, { Records: messages.map(message) });
      const marked = messages.flat().filter((order) => this.books.item(order)?.settledEpoch === 1);
      return { ...answer, orders: marked.length };
    };
    for (let n = 0; n < WARM_UP_ORDERS; n += size) await settle();
    return this.rateOf(sandbox, settle);
  }

  /** The sweep in the region that is not active, with orders whose rows are there. */
  closing(cpuShare: number): Promise<Rate> {
    this.books.activate(HOME, 1);
    return this.sweeping(cpuShare, { trigger: "schedule" }, "closed", async (count) => {
      const orders = newOrders(count, OLD_SECONDS);
      await this.books.settle(orders, 1);
      this.books.accept(orders, { settledEpoch: 1 });
    });
  }

  /** The same, with orders that were closed before the day for which they are kept. */
  pruning(cpuShare: number): Promise<Rate> {
    this.books.activate(HOME, 1);
    return this.sweeping(cpuShare, { trigger: "schedule" }, "pruned", (count) => {
      this.books.accept(newOrders(count), { closedSecondsAgo: CLOSED_KEPT_SECONDS + OLD_SECONDS });
    });
  }

  /** The sweep after an activation of its region. */
  requeueing(cpuShare: number): Promise<Rate> {
    this.books.activate(STANDBY, 2);
    return this.sweeping(cpuShare, { activated: 2 }, "requeued", (count) =>
      this.books.accept(newOrders(count, OLD_SECONDS), { settledEpoch: 1 }),
    );
  }

  private async sweeping(
    cpuShare: number,
    event: object,
    what: "closed" | "pruned" | "requeued",
    prepare: (count: number) => Promise<void> | void,
  ): Promise<Rate> {
    const sandbox = await this.live.sandbox("settlementSweep", STANDBY, { cpuShare });
    const sweep = async (count: number) => {
      this.books.clear();
      await prepare(count);
      await new Promise((resolve) => setTimeout(resolve, 2 * this.live.settings.indexLagMs));
      const answer = await answerOf(sandbox, event);
      return { ...answer, orders: (answer.result as Record<typeof what, number>)[what] };
    };
    await sweep(WARM_UP_ORDERS);
    return this.rateOf(sandbox, () => sweep(SWEPT_ORDERS));
  }

  /** Repeats an invocation until its own time is `seconds`. */
  private async rateOf(
    sandbox: Sandbox,
    invoke: () => Promise<{ orders: number; ms: number; cpuMs: number }>,
  ): Promise<Rate> {
    let [orders, ms, cpuMs] = [0, 0, 0];
    while (ms < this.seconds * 1000) {
      const answer = await invoke();
      orders += answer.orders;
      ms += answer.ms;
      cpuMs += answer.cpuMs;
    }
    if (orders === 0) throw new Error(`throughput: nothing done:\n${sandbox.lines.join("\n")}`);
    await sandbox.stop();
    this.books.clear();
    return { perSecond: orders / (ms / 1000), cpuMsPerOrder: cpuMs / orders };
  }

  /** The database alone: as many connections as there are processors, without a limit on the CPU. */
  async rowsPerSecond(connections: number, batchSize: number): Promise<number> {
    const untilMs = performance.now() + this.seconds * 1000;
    const counts = await Promise.all(
      Array.from({ length: connections }, async () => {
        let rows = 0;
        const insert = await this.books.inserter(1);
        for (; performance.now() < untilMs; rows += batchSize) {
          await insert.rows(newOrders(batchSize));
        }
        await insert.end();
        return rows;
      }),
    );
    return counts.reduce((sum, rows) => sum + rows, 0) / this.seconds;
  }
}
