import { type Live, HOME, STANDBY } from "../harness/live";
import { type Books, newOrders } from "../harness/orders";
import { CLOSED_KEPT_SECONDS } from "../shipped";
import { FreshOrders, poll } from "./drain";
import type { Plan } from "./plan";

/** What a sweep finds, and what it did. */
export interface Minute {
  /** Orders accepted so far. */
  accepted: number;
  /** Open orders: in a steady state those of one interval. */
  open: number;
  /** Closed orders that have been kept for their day. */
  due: number;
  freshAgeMaxSeconds: number;
  sweep: string;
}

const TICK_MS = 250;
/** Open orders may vary by this much where they do not grow. */
const FLAT_RATIO_MAX = 1.25;

/**
 * Orders arrive at the admitted rate. One sandbox of order-processor settles its part of them; the
 * harness stands for the others. Every minute the sweep closes what was settled, and prunes as many
 * orders as arrive.
 */
export async function steady(
  live: Live,
  books: Books,
  plan: Plan,
  { minutes, perSecond }: { minutes: number; perSecond: number },
  tell: (minute: Minute) => void,
): Promise<Minute[]> {
  books.activate(HOME, 1);
  const processor = await live.sandbox("orderProcessor", HOME, { cpuShare: plan.processorShare });
  const sweep = await live.sandbox("settlementSweep", STANDBY, { cpuShare: plan.sweepShare });
  const fresh = new FreshOrders(books, live, plan.fresh.queue);
  const others = await books.inserter(1);
  const startedMs = performance.now();
  let [accepted, isOver, lastMs] = [0, false, startedMs];
  let inserting = Promise.resolve();
  const arrive = async () => {
    const nowMs = performance.now();
    const count = Math.round((perSecond * (nowMs - lastMs)) / 1000);
    lastMs = nowMs;
    accepted += count;
    const own = fresh.arrive(count / plan.fresh.concurrency).length;
    const rest = newOrders(Math.max(0, count - own));
    books.accept(newOrders(count), { closedSecondsAgo: CLOSED_KEPT_SECONDS });
    await others.rows(rest);
    books.accept(rest, { settledEpoch: 1 });
  };
  const arrivals = setInterval(() => {
    inserting = inserting.then(arrive);
  }, TICK_MS);
  const settling = poll(
    live,
    plan.fresh,
    processor,
    () => isOver,
    (ids) => fresh.settled(ids),
  );
  const found: Minute[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const sinceMs = performance.now() - startedMs;
    const waitMs = (minute + 1) * plan.sweepEverySeconds * 1000 - sinceMs;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const state = { accepted, ...count(books) };
    const outcome = await sweep.invoke({ trigger: "schedule" });
    const text = outcome.kind === "answered" ? JSON.stringify(outcome.result) : outcome.kind;
    found.push({ ...state, freshAgeMaxSeconds: fresh.ageMaxSeconds, sweep: text });
    tell(found.at(-1)!);
  }
  clearInterval(arrivals);
  isOver = true;
  await Promise.all([settling, inserting]);
  await others.end();
  return found;
}

function count(books: Books): { open: number; due: number } {
  const before = new Date(Date.now() - CLOSED_KEPT_SECONDS * 1000).toISOString();
  let [open, due] = [0, 0];
  for (const { shard, at } of books.items) {
    if (shard?.startsWith("open#")) open++;
    else if (at < before) due++;
  }
  return { open, due };
}

/** Whether the sweeps of the last third of the minutes find no more than those before them. */
export function isFlat(minutes: readonly Minute[]): boolean {
  const third = Math.max(1, Math.floor(minutes.length / 3));
  const mean = (of: readonly Minute[]) =>
    of.reduce((sum, { open, due }) => sum + open + due, 0) / of.length;
  const [before, last] = [minutes.slice(-2 * third, -third), minutes.slice(-third)];
  return before.length === 0 || mean(last) <= FLAT_RATIO_MAX * mean(before);
}
