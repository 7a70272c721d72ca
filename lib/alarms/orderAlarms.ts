import { PROGRESS_STALE_SECONDS } from "../../lambda/detection/tunables";
import {
  GRAY_CANARIES,
  GRAY_ORDERS,
  GRAY_SHARE,
  LAG_SECONDS,
  OPEN_ORDERS_SECONDS,
  OPEN_ORDER_SECONDS,
  ROW_MINUTES,
} from "./thresholds";
import { MINUTE_SECONDS, minuteOf, result, silence } from "./alarm";
import { type AlarmTargets, ordersMetric } from "./targets";
import { probeMetric } from "./probeMetric";
import type { Queues } from "../messaging/queues";
import { ordersRatePerSecond } from "../platform/throughput";

/** From the handlers' own metrics, which arrive within seconds: people know within 3 minutes. */
export function ordersAlarms(targets: AlarmTargets) {
  const gray = `failed >= ${GRAY_ORDERS} AND failed >= ${GRAY_SHARE} * (failed + accepted)`;
  return {
    "orders-failing": {
      meaning:
        "A tenth of a minute's orders or more could not be accepted; a partial failure starts no failover",
      fault:
        "the ledger or order-api fails for part of the orders, or keys of tokens cannot be read",
      first: "dr status",
      next: "read the log groups of order-api and authorizer; if only home is affected and does not recover, run dr failover",
      metric: {
        metricQueries: [
          minuteOf("failures", "Sum", ordersMetric(targets, "OrdersFailed")),
          minuteOf("acceptances", "Sum", ordersMetric(targets, "OrdersAccepted")),
          { id: "failed", expression: "FILL(failures, 0)" },
          { id: "accepted", expression: "FILL(acceptances, 0)" },
          result(`IF(${gray}, 1, 0)`, "a tenth of the orders fail"),
        ],
      },
    },
    "orders-refused": {
      meaning: "The database refuses valid orders; they stay open and are tried again",
      fault: "a mistake in a change of the schema",
      first: "dr lost",
      next: "read 'a batch failed' in the log group of order-processor and correct the schema",
      metric: { ...ordersMetric(targets, "OrdersRefused"), statistic: "Sum" },
    },
    "orders-open-long": {
      meaning: "Orders stay open for too long, or the sweep does not run",
      fault: "replication is stalled, or the other region is lost",
      first: "dr lost",
      next: "check replication-lag, and whether settlement-sweep runs in the other region",
      metric: { ...ordersMetric(targets, "OldestOpenSeconds"), statistic: "Maximum" },
      threshold: OPEN_ORDER_SECONDS,
      evaluationPeriods: ROW_MINUTES,
      breachesOnMissingData: true,
    },
    "orders-open-many": {
      meaning:
        "Too many orders are stored in only one region's database; a takeover would settle them again",
      fault: "replication is stalled under load",
      first: "dr lost",
      next: "check replication-lag, and whether settlement-sweep runs in the other region",
      metric: { ...ordersMetric(targets, "OpenOrders"), statistic: "Maximum" },
      threshold: OPEN_ORDERS_SECONDS * ordersRatePerSecond(targets.platform.config),
      evaluationPeriods: ROW_MINUTES,
    },
  };
}

/** In the standby region, which probes home: also sees failures in front of order-api. */
export function canaryOrdersAlarm({ platform }: AlarmTargets) {
  return {
    "canary-orders-failing": {
      meaning: "Canary orders fail at home, so orders of clients may fail as well",
      fault: "the API or order-api fails for part of the orders",
      first: "dr status",
      next: "read the log group of order-api; if home does not recover, run dr failover",
      metric: { ...probeMetric(platform, "HomeCanaryFailed"), statistic: "Sum" },
      threshold: GRAY_CANARIES,
    },
  };
}

/** At home, where a canary order is settled in every slot. Stays on after a failover until failback. */
export function settlingAlarm(targets: AlarmTargets) {
  return {
    "settling-silent": {
      meaning: "Home settles no orders; stays on after a failover until the failback",
      fault: "home's database or order-processor fails, or the standby has taken over",
      first: "dr status",
      metric: { ...ordersMetric(targets, "OrdersSettled"), statistic: "SampleCount" },
      ...silence(Math.ceil(PROGRESS_STALE_SECONDS / MINUTE_SECONDS)),
    },
  };
}

export function queueAlarms({ queues }: AlarmTargets) {
  const metric = (queue: Queues["orders"], metricName: string) => ({
    namespace: "AWS/SQS",
    metricName,
    dimensions: { QueueName: queue.name },
    statistic: "Maximum",
  });
  return {
    "hints-old": {
      meaning: "Order hints stay in the queue",
      fault: "order-processor fails, is throttled or cannot reach its database",
      first: "dr lost",
      next: "read the log group of order-processor",
      metric: metric(queues.orders, "ApproximateAgeOfOldestMessage"),
      threshold: LAG_SECONDS,
      evaluationPeriods: ROW_MINUTES,
    },
    "order-dead-letters": {
      meaning:
        "Messages that are no hints, or hints of rejected orders, are in the dead-letter queue",
      fault: "somebody else writes to the queue, or a client reuses an old order id",
      first: "dr lost",
      next: "read the queue order-dead-letters",
      metric: metric(queues.deadLetters, "ApproximateNumberOfMessagesVisible"),
    },
    "function-failures": {
      meaning:
        "Events that a function failed on are in the failures queue, and nothing replays them",
      fault: "a function failed three times on the same event",
      first: "dr status",
      next: "read the queue function-failures",
      metric: metric(queues.failures, "ApproximateNumberOfMessagesVisible"),
    },
  };
}
