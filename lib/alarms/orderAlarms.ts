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
      alarmDescription: "A tenth of a minute's orders or more could not be accepted",
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
      alarmDescription: "The database refuses valid orders, for example after a schema change",
      metric: { ...ordersMetric(targets, "OrdersRefused"), statistic: "Sum" },
    },
    "orders-open-long": {
      alarmDescription: "Orders stay open for too long, or the sweep does not run",
      metric: { ...ordersMetric(targets, "OldestOpenSeconds"), statistic: "Maximum" },
      threshold: OPEN_ORDER_SECONDS,
      evaluationPeriods: ROW_MINUTES,
      breachesOnMissingData: true,
    },
    "orders-open-many": {
      alarmDescription: "Too many orders are stored in only one region's database",
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
      alarmDescription: "Canary orders fail at home: some orders of clients may fail as well",
      metric: { ...probeMetric(platform, "HomeCanaryFailed"), statistic: "Sum" },
      threshold: GRAY_CANARIES,
    },
  };
}

/** At home, where a canary order is settled in every slot. Stays on after a failover until failback. */
export function settlingAlarm(targets: AlarmTargets) {
  return {
    "settling-silent": {
      alarmDescription: "Home settles no orders: there is a fault, or the standby has taken over",
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
      alarmDescription: "Order hints stay in the queue: order-processor does not receive them",
      metric: metric(queues.orders, "ApproximateAgeOfOldestMessage"),
      threshold: LAG_SECONDS,
      evaluationPeriods: ROW_MINUTES,
    },
    "order-dead-letters": {
      alarmDescription:
        "Messages that are no hints, or hints of rejected orders, are in the dead-letter queue",
      metric: metric(queues.deadLetters, "ApproximateNumberOfMessagesVisible"),
    },
    "function-failures": {
      alarmDescription: "Events that a function failed on are in the failures queue",
      metric: metric(queues.failures, "ApproximateNumberOfMessagesVisible"),
    },
  };
}
