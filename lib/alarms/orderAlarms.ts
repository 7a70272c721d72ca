import { PROGRESS_STALE_SECONDS } from "../../lambda/detection/tunables";
import {
  GRAY_CANARIES,
  GRAY_ORDERS,
  GRAY_SHARE,
  LAG_SECONDS,
  OPEN_ORDERS,
  OPEN_ORDER_SECONDS,
  ROW_MINUTES,
} from "./thresholds";
import { MINUTE_SECONDS, minuteOf, result, silence } from "./alarm";
import { type AlarmTargets, ordersMetric } from "./targets";
import { probeMetric } from "./probeMetric";
import type { Queues } from "../messaging/queues";

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
    "orders-open-long": {
      alarmDescription: "Orders wait to settle or to be seen in the other region; or no sweep runs",
      metric: { ...ordersMetric(targets, "OldestOpenSeconds"), statistic: "Maximum" },
      threshold: OPEN_ORDER_SECONDS,
      evaluationPeriods: ROW_MINUTES,
      ringsOnSilence: true,
    },
    "orders-open-many": {
      alarmDescription: "So many orders depend on a single region's database",
      metric: { ...ordersMetric(targets, "OpenOrders"), statistic: "Maximum" },
      threshold: OPEN_ORDERS,
      evaluationPeriods: ROW_MINUTES,
    },
  };
}

/** In the standby region, which probes home: also sees failures in front of order-api. */
export function canaryOrdersAlarm({ platform }: AlarmTargets) {
  return {
    "canary-orders-failing": {
      alarmDescription: "Canary orders of a minute failed at home: part of the clients' may, too",
      metric: { ...probeMetric(platform, "HomeCanaryFailed"), statistic: "Sum" },
      threshold: GRAY_CANARIES,
    },
  };
}

/** At home, where a canary order is settled in every slot. Stays on after a failover until failback. */
export function settlingAlarm(targets: AlarmTargets) {
  return {
    "settling-silent": {
      alarmDescription: "Home settles nothing, by a fault or because the standby has taken over",
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
      alarmDescription: "Hints of orders are not taken from the queue",
      metric: metric(queues.orders, "ApproximateAgeOfOldestMessage"),
      threshold: LAG_SECONDS,
      evaluationPeriods: ROW_MINUTES,
    },
    "order-dead-letters": {
      alarmDescription: "Orders that can never be stored wait to be looked at",
      metric: metric(queues.deadLetters, "ApproximateNumberOfMessagesVisible"),
    },
    "function-failures": {
      alarmDescription: "Events that a function could not handle wait to be looked at",
      metric: metric(queues.failures, "ApproximateNumberOfMessagesVisible"),
    },
  };
}
