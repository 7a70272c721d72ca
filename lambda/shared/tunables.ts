/**
 * Every timing and threshold of the platform, each with its reason. The program, the handlers and
 * the drill all import these numbers; the relations between them are asserted when this file loads.
 */

/** The home region: fixed, because Route 53 publishes its metrics there alone. */
export const HOME_REGION = "us-east-1";

// --- Looking (sentinel and the orchestrator's tick) ---

/** Looks happen on wall-clock slots, so overlapping loops look at the same moments. */
export const LOOK_SLOT_SECONDS = 10;
/** A schedule has 60 s precision: starts may lie 119 s apart, and a loop must outlive that gap. */
export const LOOP_SECONDS = 130;
/** Longest distance of two starts of a one-minute schedule with 60 s precision. */
export const SCHEDULE_GAP_MAX_SECONDS = 119;
/** Loop, its last look, and the time to finish one action. */
export const LOOP_TIMEOUT_SECONDS = 150;
/** A region that has not answered by then counts as not answering; order-api answers sooner. */
export const PROBE_TIMEOUT_MS = 3_000;
/** Looks kept in a loop's memory: the window in which flapping is counted. */
export const LOOKS_KEPT = 12;
/** Sentinel's looks in the ledger count as signs of another run while they are this young. */
export const LOOKS_FRESH_SECONDS = 20;
/** A tick looks for itself once the sentinel has missed a slot: between one slot and two. */
export const LOOKS_CALM_SECONDS = 15;
/** Sentinel's orders between two looks: what fails for 4 s might do so between looks for ever. */
export const CANARY_ORDERS_AT_MS: readonly number[] = [3_300, 6_600];

// --- Signs ---

/** Bad probes in a row before home may count as lost: one lost packet is not an outage. */
export const BAD_PROBES_IN_ROW = 3;
/** Home's own sign of life is renewed every 5 s; four missed ones are silence. */
export const ALIVE_STALE_SECONDS = 20;
/** Flapping: so many bad slots of LOOKS_KEPT, at a sign of life older than this; why: architecture.md. */
export const FLAPPING_BAD_SLOTS = 4;
export const FLAPPING_ALIVE_STALE_SECONDS = 10;
/** The longest failover between AZs inside a region that must cause no failover. */
export const AZ_FAILOVER_SECONDS = 60;
/** T: settling has stopped. Above an AZ failover, one look, one progress write and one probe. */
export const PROGRESS_STALE_SECONDS = 80;
/** Canary orders answered 5xx in a row that confirm that accepting has stopped. */
export const FAILED_CANARIES = 6;
/** Settling this long in an epoch arms it: a fresh stack and a failback arm themselves. */
export const ARMED_AFTER_SECONDS = 300;
/** A deployment disarms for this long: longer than an `up` that replaces functions. */
export const DISARM_SECONDS = 900;

// --- Acting (orchestrator) ---

/** Own-region reads of one observation; later is unknown. */
export const OBSERVE_TIMEOUT_MS = 2_000;
/** An RDS call is cut off this long after the control item was read again. */
export const RDS_CALL_CUTOFF_MS = 2_000;
/** Pause between two looks of a run under a target: several look, and RDS throttles who asks often. */
export const TARGET_POLL_MS = 4_000;
/** Pause after an action that failed: who was faster, or what erred, is soon seen. */
export const FAILED_ACTION_WAIT_MS = 2_000;
/** db-migration probes, migrates and raises the epoch within this; it is invoked and awaited. */
export const ACTIVATE_TIMEOUT_MS = 20_000;
/** Pause after an activation: done, the next look is due at once; refused, it is not hammered. */
export const ACTIVATE_RETRY_MS = 250;
/** An SNS publish or an asynchronous invocation that has no answer by then is left behind. */
export const NOTIFY_TIMEOUT_MS = 2_000;
/** A run the sentinel woke under a target leaves after this: the sentinel wakes one every slot. */
export const WOKEN_UNDER_TARGET_SECONDS = 15;
/** A run starts no further action with less than this left of its timeout. */
export const ACTION_RESERVE_MS = 25_000;

// --- Orders ---

/** The account of canary orders; no client may use it. */
export const CANARY_ACCOUNT = "canary";
/** Rows of canary orders are deleted from the database when this old. */
export const CANARY_ROWS_KEPT_SECONDS = 86_400;
/** order-api waits this long for the ledger, then answers 503: below the probe's patience. */
export const LEDGER_WRITE_TIMEOUT_MS = 2_000;
/** A hint to the queue is worth one attempt of this length: the ledger already has the order. */
export const HINT_TIMEOUT_MS = 300;
/** Seconds a client should wait before it retries the same order id. */
export const RETRY_AFTER_SECONDS = 2;
/** Largest body of an order. */
export const ORDER_BODY_MAX_BYTES = 16_384;
/** A region's sign of life and its settling progress are written at most this often. */
export const ALIVE_REFRESH_SECONDS = 5;
export const PROGRESS_REFRESH_SECONDS = 5;
/** Best-effort writes beside an answer: sign of life, progress. */
export const SIDE_WRITE_TIMEOUT_MS = 500;
/** health and order-api read the control item at most this often. */
export const CONTROL_CACHE_SECONDS = 2;

// --- Tokens ---

/** Keys are read anew this often: a rotated key is live everywhere within that time. */
export const KEY_REFRESH_SECONDS = 300;
/** A key nobody knows may just have been published; strangers cannot make us look more often. */
export const UNKNOWN_KEY_REFRESH_SECONDS = 10;
/** Where the source of keys is down, the last good ones verify for this long. */
export const KEY_SET_KEPT_SECONDS = 86_400;
/** A canary's token outlives one loop. */
export const CANARY_TOKEN_SECONDS = 300;
/** API Gateway asks anew for a verdict after this: a token outlives its end by no more. */
export const VERDICT_KEPT_SECONDS = 60;

// --- Functions and the API ---

/** Behind the API: whoever waits has given up by half of this, a read of token keys too. */
export const API_TIMEOUT_SECONDS = 6;
/** health answers from a cache nearly always; kept free of a flood of orders. */
export const HEALTH_RESERVED_CONCURRENCY = 5;
/** Loops overlap; what is above this is a loop too many. */
export const SENTINEL_RESERVED_CONCURRENCY = 5;
/** Loops overlap, and the sentinel adds a run per bad slot. */
export const ORCHESTRATOR_RESERVED_CONCURRENCY = 20;
/** Lambda's most: an alarm wakes the orchestrator once, and a run that died must carry on. */
export const ORCHESTRATOR_RETRIES = 2;
/** EventBridge's and Lambda's shortest: the next event says what an older one would. */
export const EVENT_KEPT_SECONDS = 60;
/** Orders a region takes: a tenth of what all APIs of an account share in a region. */
export const ORDERS_RATE_PER_SECOND = 1_000;
export const ORDERS_BURST = 2_000;
/** What asks for no token: above 16 checkers, probes and canaries; below an idle caller's loop. */
export const OPEN_RATE_PER_SECOND = 50;
export const OPEN_BURST = 100;

// --- Canaries of Synthetics: evidence for people, never a sign ---

/** Time for an order to be accepted, retries included: a client's patience. */
export const CANARY_ACCEPT_SECONDS = 20;
/** Time to settle: a hint takes seconds. A lost one is the sweep's, and worth a person's look. */
export const CANARY_SETTLE_SECONDS = 30;
/** Pause between two questions whether an order is settled. */
export const CANARY_POLL_MS = 1_000;
/** Both times, the token, the last answers, and the runtime's own start. */
export const CANARY_TIMEOUT_SECONDS = 90;
/** Evidence every few minutes; look() orders every 10 s. */
export const CANARY_SCHEDULE_MINUTES = 5;
/** Runs wander a little, so that a period may hold none: two bad ones of three ring. */
export const CANARY_RUNS_WATCHED = 3;
export const CANARY_RUNS_FAILED = 2;

// --- Alarms for people ---

/** Alarms that take silence for trouble wait this long for what they watch to begin. */
export const WARM_UP_MINUTES = 15;
/** Minutes in a row that make a lasting trouble of a single one. */
export const ROW_MINUTES = 3;
/** What waits longer is late: the loss that the seed design still allowed. */
export const LAG_SECONDS = 60;
/** S3's promise, and the one value that Replication Time Control knows. */
export const ARCHIVE_LAG_MINUTES = 15;
/** Share of what AWS counts, which comes a minute or three late. */
export const ERRORS_SHARE = 0.05;
/** Gray: part of the orders fail, so that no probe sees an outage; one alone is no share. */
export const GRAY_SHARE = 0.1;
export const GRAY_ORDERS = 3;
/** Of 18 canary orders a minute a tenth is two, and so many meet a home that fails for 7 s. */
export const GRAY_CANARIES = 2;
/** An order waits for its hint to be lost, for one sweep to re-queue it and one to close it. */
export const OPEN_ORDER_SECONDS = 300;
/** Ten seconds of the API's whole rate: a sweep still takes them up within its minute. */
export const OPEN_ORDERS = 10 * ORDERS_RATE_PER_SECOND;
/** Looks come every 10 s; half a minute without one rings after a whole one. */
export const BLIND_PERIOD_SECONDS = 30;

// --- Settling and sweeping ---

/** Queues are hints: what is older is in the ledger, and the sweep brings it back. */
export const HINT_RETENTION_SECONDS = 600;
/** As long as SQS keeps anything: someone must look at what lies there. */
export const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 3600;
export const PROCESSOR_TIMEOUT_SECONDS = 10;
/** AWS asks for six times the function's timeout. */
export const HINT_VISIBILITY_SECONDS = 6 * PROCESSOR_TIMEOUT_SECONDS;
export const PROCESSOR_BATCH_SIZE = 10;
export const PROCESSOR_MAX_CONCURRENCY = 10;
/** A statement that takes longer is given up: below the function's timeout. */
export const STATEMENT_TIMEOUT_MS = 4_000;
/** Opening a connection, resolving the name anew: a promoted cluster answers at once. */
export const CONNECT_TIMEOUT_MS = 2_000;
/** An idle connection older than this may lead to a volume that was left; a new one does not. */
export const CONNECTION_IDLE_MAX_MS = 10_000;
/** A session expires this long after its last order; a process renews one at most every REFRESH. */
export const SESSION_KEPT_SECONDS = 86_400;
export const SESSION_REFRESH_SECONDS = 60;
export const SWEEP_TIMEOUT_SECONDS = 50;
/** A sweep begins no further page with less than this left: it ends by itself. */
export const SWEEP_RESERVE_MS = 5_000;
/** A waiting order this old has lost its hint. */
export const SWEEP_AGE_SECONDS = 60;
/** With more hints than this in the queue or in flight nothing is re-queued: they are not lost. */
export const SWEEP_QUEUE_DEPTH_MAX = 500;
/** Orders of one shard that a sweep takes up in one round. */
export const SWEEP_PAGE_SIZE = 100;
/** Closed orders are kept this long, for a client that asks again. */
export const CLOSED_KEPT_SECONDS = 86_400;
/** Partitions of the index of open orders: one hot key would cap the rate of orders. */
export const WORK_SHARDS = 16;

// --- DNS ---

/** Route 53's default interval; 10 by configuration costs more. */
export const HEALTH_CHECK_INTERVAL_SECONDS = 30;
export const HEALTH_CHECK_FAILURES = 3;
/** The latch answers from the ledger: three failures outlast the ledger's re-forming. */
export const LATCH_INTERVAL_SECONDS = 10;
export const LATCH_FAILURES = 3;
export const DNS_TTL_SECONDS = 60;
/** Of the record that proves a certificate's name; nobody is waiting for it to change. */
export const VALIDATION_TTL_SECONDS = 60;

// --- What no resource says, as far as the budget needs it (the drill draws around these) ---

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

/** Loops of one schedule at the same moment: a start each minute, its second drifting. */
const loopsAtOnce = Math.floor((LOOP_TIMEOUT_SECONDS + SCHEDULE_GAP_MAX_SECONDS) / 60);

const relations: Readonly<Record<string, boolean>> = {
  "a loop outlives the longest gap between two starts by one slot":
    LOOP_SECONDS >= SCHEDULE_GAP_MAX_SECONDS + LOOK_SLOT_SECONDS,
  "a loop's last look ends before the function's timeout":
    LOOP_TIMEOUT_SECONDS * 1000 >= LOOP_SECONDS * 1000 + PROBE_TIMEOUT_MS + OBSERVE_TIMEOUT_MS,
  "the last canary order between two looks is over before the next look":
    Math.max(...CANARY_ORDERS_AT_MS) + PROBE_TIMEOUT_MS <= LOOK_SLOT_SECONDS * 1000,
  "an AZ failover, one look, one progress write and one probe together stay below T":
    AZ_FAILOVER_SECONDS + LOOK_SLOT_SECONDS + PROGRESS_REFRESH_SECONDS + PROBE_TIMEOUT_MS / 1000 <
    PROGRESS_STALE_SECONDS,
  "order-api gives its answer before a probe gives up":
    LEDGER_WRITE_TIMEOUT_MS + Math.max(HINT_TIMEOUT_MS, SIDE_WRITE_TIMEOUT_MS) < PROBE_TIMEOUT_MS,
  "a probe gives up before a function behind the API is cut off":
    2 * PROBE_TIMEOUT_MS <= API_TIMEOUT_SECONDS * 1000,
  "overlapping loops have room":
    loopsAtOnce <= SENTINEL_RESERVED_CONCURRENCY &&
    loopsAtOnce + LOOP_TIMEOUT_SECONDS / LOOK_SLOT_SECONDS <= ORCHESTRATOR_RESERVED_CONCURRENCY,
  "an activation that was begun ends before its run": ACTIVATE_TIMEOUT_MS < ACTION_RESERVE_MS,
  "the sentinel's last slot is calm, the one before it is not":
    LOOK_SLOT_SECONDS + PROBE_TIMEOUT_MS / 1000 < LOOKS_CALM_SECONDS &&
    LOOKS_CALM_SECONDS < 2 * LOOK_SLOT_SECONDS &&
    LOOKS_CALM_SECONDS <= LOOKS_FRESH_SECONDS,
  "signs of life are renewed before they count as stale":
    ALIVE_REFRESH_SECONDS < FLAPPING_ALIVE_STALE_SECONDS &&
    FLAPPING_ALIVE_STALE_SECONDS < ALIVE_STALE_SECONDS,
  "the latch outlasts the ledger's re-forming":
    LATCH_INTERVAL_SECONDS * LATCH_FAILURES > LEDGER_REFORMING_MAX_SECONDS,
  "a stuck database is given up before the processor's timeout":
    CONNECT_TIMEOUT_MS + STATEMENT_TIMEOUT_MS < PROCESSOR_TIMEOUT_SECONDS * 1000,
  "a canary gives its own verdict before it is cut off":
    CANARY_ACCEPT_SECONDS + CANARY_SETTLE_SECONDS + (3 * PROBE_TIMEOUT_MS) / 1000 <
    CANARY_TIMEOUT_SECONDS,
  "a canary ends before its next run": CANARY_TIMEOUT_SECONDS <= 60 * CANARY_SCHEDULE_MINUTES,
  "flapping fits the looks that are kept": FLAPPING_BAD_SLOTS <= LOOKS_KEPT,
  "a sweep ends before the next one starts": SWEEP_TIMEOUT_SECONDS < 60,
  "an order whose hint was lost is closed before it counts as open for long":
    SWEEP_AGE_SECONDS + 2 * SCHEDULE_GAP_MAX_SECONDS <= OPEN_ORDER_SECONDS,
  "hints that are not taken are told before they vanish":
    LAG_SECONDS + 60 * ROW_MINUTES < HINT_RETENTION_SECONDS,
  "every way of failing over fits the RTO":
    Math.max(...Object.values(settledBudgetSeconds), budget.dnsSeconds) <= RTO_SECONDS,
};

for (const [relation, holds] of Object.entries(relations)) {
  if (!holds) throw new Error(`tunables: ${relation} does not hold; change the numbers together`);
}
