import type { Plan } from "./plan";

/** What one sandbox does in a second of an invocation. */
export interface Rate {
  perSecond: number;
  cpuMsPerOrder: number;
}

/** What was measured, each sandbox on the share of a CPU that its function has. */
export interface Measured {
  /** One order-processor with messages of fresh orders. */
  fresh: Rate;
  /** One order-processor with messages that the sweep has sent. */
  backlog: Rate;
  /** The sweep in the region that is not active. */
  closing: Rate;
  pruning: Rate;
  /** The sweep after an activation. */
  requeueing: Rate;
  /** Rows a second that the database inserts for as many connections as there are processors. */
  rowsPerSecond: number;
}

/** Orders a second that each stage can keep up with for ever. */
export interface Capacity {
  admitted: number;
  settled: number;
  drained: number;
  /** Closed and pruned, each order once. */
  swept: number;
}

/**
 * The sweep is one sandbox at work for a part of the time, which closing and pruning share. Fresh
 * orders and a backlog share the database.
 */
export function capacityOf(plan: Plan, measured: Measured): Capacity {
  const { fresh, backlog, closing, pruning, rowsPerSecond } = measured;
  const settled = Math.min(fresh.perSecond * plan.fresh.concurrency, rowsPerSecond);
  const part = Math.min(1, plan.sweepWorkSeconds / plan.sweepEverySeconds);
  return {
    admitted: plan.admittedByRegion.reduce((sum, rate) => sum + rate, 0),
    settled,
    drained: Math.min(backlog.perSecond * plan.backlog.concurrency, rowsPerSecond),
    swept: part / (1 / closing.perSecond + 1 / pruning.perSecond),
  };
}

/** Seconds until a backlog is settled: it is settled while it is still being re-queued. */
export function drainSeconds(orders: number, capacity: Capacity, measured: Measured): number {
  return orders / Math.min(capacity.drained, measured.requeueing.perSecond);
}

/** What must hold, and whether it does. The last is the only one that a deployment can live without. */
export function relations({ admitted, settled, swept }: Capacity) {
  return [
    { text: "admitted <= settled", left: admitted, right: settled, isRequired: true },
    { text: "admitted <= closed and pruned", left: admitted, right: swept, isRequired: true },
    { text: "settled <= closed and pruned", left: settled, right: swept, isRequired: false },
  ].map((relation) => ({ ...relation, holds: relation.left <= relation.right }));
}
