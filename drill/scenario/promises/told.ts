import { PROBE_TIMEOUT_MS } from "../../shipped";
import type { ProgramDescription } from "../../description/program";
import type { World } from "../../world/world";
import { Bell } from "./bell";
import type { Watcher } from "./watcher";

const MINUTE_MS = 60_000;
/** An operator must be notified within this time after a bad minute. */
const TOLD_WITHIN_MS = 3 * MINUTE_MS;
const BAD_SHARE = 0.1;
/** An order without an answer may still fail by so much later, and then count in the next minute. */
const LATE_MS = 3_000;
const BAD_ORDERS = 3;
/**
 * Metrics that order-api and the poll publish themselves. AWS's own metrics arrive minutes late.
 */
const OWN_METRICS = /\|(OrdersFailed|HomeCanaryFailed|HomeProbeFailed)(\||$)/;

/** The results of orders that clients and canaries placed in one minute. */
interface Minute {
  readonly startMs: number;
  placed: number;
  failed: number;
  /** Those of the failed orders that may count in the next minute. */
  late: number;
}

/**
 * Calls back for every order placed, with the time at which its result was known. A 5xx or no
 * answer in time is a failure. An unanswered order is reported with the next order.
 */
function watchOrders(
  { apis, base }: World,
  ended: (hasFailed: boolean, atMs: number, isAnswered: boolean) => void,
): void {
  let waiting: { untilMs: number; isOver: boolean }[] = [];
  const giveUp = (): void => {
    let late = 0;
    for (; late < waiting.length; late++) {
      const { untilMs, isOver } = waiting[late]!;
      if (!isOver && untilMs > base.nowMs) break;
      if (!isOver) ended(true, untilMs, false);
    }
    if (late > 0) waiting = waiting.slice(late);
  };
  apis.onRequest = ({ method }) => {
    if (method !== "POST") return undefined;
    giveUp();
    const order = { untilMs: base.nowMs + PROBE_TIMEOUT_MS, isOver: false };
    waiting.push(order);
    return ({ status }) => {
      giveUp();
      if (order.isOver || order.untilMs <= base.nowMs) return;
      order.isOver = true;
      ended(status >= 500, base.nowMs, true);
    };
  };
}

/** Alarms that notify people directly, on the metrics of order-api and the poll. */
function tellers({ alarms }: ProgramDescription): Set<string> {
  const own = alarms.filter(
    ({ metrics, actions }) =>
      actions.ALARM.some((target) => target.startsWith("arn:aws:sns:")) &&
      metrics.every(({ seriesKey }) => OWN_METRICS.test(seriesKey) || isShareOf(seriesKey)),
  );
  return new Set(own.map(({ name }) => name));
}

const isShareOf = (seriesKey: string): boolean => seriesKey.includes("|OrdersAccepted|");

/**
 * Checked per clock minute. It does not apply while the standby region, which polls home, is lost
 * or its CloudWatch is down: then the program's own metrics cannot show anything, and only AWS's
 * later alarms remain. It does not apply during a deployment either, because somebody operates it
 * and home's API may fail for seconds between two polls, unless another fault calls for a failover.
 */
export const operatorsTold: Watcher = {
  name: "an operator is told of failing orders within 3 minutes",
  // The first three kinds, reported before they take effect, begin and end the exceptions. The
  // others show orders and notifications.
  kinds: ["fault begins", "fault ends", "region back", "published", "alarm", "told"],
  watch: ({ world, standby, schedule }) => {
    const { base, cloudwatch } = world;
    const bell = new Bell(base, tellers(base.program));
    let minute: Minute = { startMs: 0, placed: 0, failed: 0, late: 0 };
    let muteMs = -Infinity;
    let seen: string | undefined;
    const callForFailover = new Set(
      schedule.faults.flatMap(({ fault }) => (fault.failover === "must" ? fault.name : [])),
    );
    const underWay = new Set<string>();
    const noteMute = (): void => {
      const isMute = base.network.isLost(standby) || cloudwatch.down.has(standby);
      const isExcused =
        underWay.has("deployment") && ![...underWay].some((name) => callForFailover.has(name));
      if (isMute || isExcused) muteMs = base.nowMs;
    };
    const check = ({ startMs, placed, failed }: Minute): void => {
      noteMute();
      if (muteMs >= startMs || bell.hasRungSince(startMs)) return;
      seen ??= `nobody, though ${failed} of ${placed} orders of a minute failed`;
    };
    const close = (ended: Minute): void => {
      noteMute();
      const failed = ended.failed - ended.late;
      if (failed < BAD_ORDERS || failed < BAD_SHARE * ended.placed) return;
      const dueMs = ended.startMs + MINUTE_MS + TOLD_WITHIN_MS;
      base.simulation.at(Math.max(dueMs, base.nowMs), () => check(ended));
    };
    if (!schedule.isLast) {
      watchOrders(world, (hasFailed, atMs, isAnswered) => {
        const startMs = atMs - (atMs % MINUTE_MS);
        if (startMs > minute.startMs) {
          close(minute);
          minute = { startMs, placed: 0, failed: 0, late: 0 };
        }
        minute.placed++;
        if (hasFailed) minute.failed++;
        if (hasFailed && !isAnswered && atMs - startMs > MINUTE_MS - LATE_MS) minute.late++;
      });
    }
    return (happening) => {
      // Failures that the deployment has caused so far are excused, whatever begins or ends with
      // it.
      noteMute();
      if (happening.kind === "fault begins") underWay.add(happening.name);
      if (happening.kind === "fault ends") underWay.delete(happening.name);
      bell.hear(happening);
      return seen;
    };
  },
};
