import {
  ALIVE_STALE_SECONDS,
  LOOK_SLOT_SECONDS,
  PROBE_TIMEOUT_MS,
  PROGRESS_STALE_SECONDS,
} from "../detection/tunables";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

/** Route 53's default interval; 10 by configuration costs more. */
export const HEALTH_CHECK_INTERVAL_SECONDS = 30;

export const HEALTH_CHECK_FAILURES = 3;

/** The latch answers from the ledger: three failures outlast the ledger's re-forming. */
export const LATCH_INTERVAL_SECONDS = 10;

export const LATCH_FAILURES = 3;

export const DNS_TTL_SECONDS = 60;

/** AWS: "typically ... within a few minutes", no SLA (Aurora User Guide); an assumption. */
export const PROMOTION_MAX_SECONDS = 180;

/** A replicated ledger finds its quorum again after a region is lost; unpublished, an assumption. */
export const LEDGER_REFORMING_MAX_SECONDS = 15;

/** Route 53's checkers do not start in step; an assumption. */
export const CHECKER_SPREAD_SECONDS = 10;

/** The promise: fault to orders settling again. */
export const RTO_SECONDS = 300;

/** The budget of one failover, in seconds from the fault: what the drill is measured against. */
export const budget = {
  /** Fault to fence at worst: silence is stale, a slot passes, a probe, RDS and the ledger wait. */
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

/** Fault to orders settling again, at worst, for either way a failover begins. */
export const settledBudgetSeconds = {
  homeLost: budget.homeLostSignsSeconds + afterSignsSeconds,
  settlingStopped: budget.settlingStoppedSignsSeconds + afterSignsSeconds,
} as const;
