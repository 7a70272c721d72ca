import {
  ALIVE_STALE_SECONDS,
  LOOK_SLOT_SECONDS,
  PROBE_TIMEOUT_MS,
  PROGRESS_STALE_SECONDS,
} from "../detection/tunables";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

/** Default interval of the health checks (Route 53 offers 10 and 30 s; 10 costs more). */
export const HEALTH_CHECK_INTERVAL_SECONDS = 30;

/** Consecutive failures after which Route 53 counts an endpoint as unhealthy; its default. */
export const HEALTH_CHECK_FAILURES = 3;

/** Interval of the latch's health check. With LATCH_FAILURES it outlasts the ledger's re-forming. */
export const LATCH_INTERVAL_SECONDS = 10;

/** Consecutive failures after which the latch counts as not set. */
export const LATCH_FAILURES = 3;

/** TTL of the API's records: Route 53 recommends 60 s or less with health checks. */
export const DNS_TTL_SECONDS = 60;

/**
 * Longest promotion of an Aurora secondary. An assumption: the Aurora User Guide says "within a few
 * minutes" and promises nothing.
 */
export const PROMOTION_MAX_SECONDS = 180;

/**
 * Time until the global table accepts writes again after a region is lost. An assumption: AWS
 * publishes no number.
 */
export const LEDGER_REFORMING_MAX_SECONDS = 15;

/** Route 53's health checkers do not start at the same time. An assumption. */
export const CHECKER_SPREAD_SECONDS = 10;

/** The promise: time from the fault until orders are settled again. */
export const RTO_SECONDS = 300;

/** The budget of one failover by step, in seconds. The drill's results are compared with it. */
export const budget = {
  /** From the fault to the decision: stale heartbeat, one slot, and the timeouts of a probe, RDS and the ledger. */
  homeLostSignsSeconds:
    ALIVE_STALE_SECONDS + LOOK_SLOT_SECONDS + (PROBE_TIMEOUT_MS + 2 * OBSERVE_TIMEOUT_MS) / 1000,
  settlingStoppedSignsSeconds:
    PROGRESS_STALE_SECONDS + LOOK_SLOT_SECONDS + (2 * OBSERVE_TIMEOUT_MS) / 1000,
  fenceSeconds: 3,
  promotionSeconds: PROMOTION_MAX_SECONDS,
  activateAndSweepSeconds: 15,
  dnsSeconds:
    HEALTH_CHECK_FAILURES * HEALTH_CHECK_INTERVAL_SECONDS +
    CHECKER_SPREAD_SECONDS +
    DNS_TTL_SECONDS,
} as const;

const afterSignsSeconds =
  budget.fenceSeconds + budget.promotionSeconds + budget.activateAndSweepSeconds;

/** Longest time from the fault until orders are settled again, by what detects the fault. */
export const settledBudgetSeconds = {
  homeLost: budget.homeLostSignsSeconds + afterSignsSeconds,
  settlingStopped: budget.settlingStoppedSignsSeconds + afterSignsSeconds,
} as const;
