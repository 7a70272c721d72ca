/** API Gateway caches an authorizer's answer this long, so an expired token works this much longer. */
export const VERDICT_KEPT_SECONDS = 60;
/** Zones of a network. With two, the database survives the loss of one. */
export const ZONES = 2;
/**
 * Zones that lack services or instance classes, by id, because their names differ between accounts.
 * By public reports, use1-az3 lacks Lambda, interface endpoints and newer instance classes. The EKS
 * User Guide excludes both zones.
 */
export const EXCLUDED_ZONE_IDS = ["use1-az3", "cac1-az3"];
/** Timeout of the functions behind the API. Callers, and reads of token keys, give up after half of it. */
export const API_TIMEOUT_SECONDS = 6;
/** health nearly always answers from a cache. Reserved, so that a flood of orders cannot starve it. */
export const HEALTH_RESERVED_CONCURRENCY = 5;
/**
 * Concurrency reserved for order-api, which is also its limit. Ten times as many orders per second
 * can be accepted (ORDER_BUSY_MS). A throwaway environment needs little, and many share an account.
 */
export const ORDER_API_RESERVED_CONCURRENCY = { ephemeral: 10, durable: 100 } as const;
/** How long an order occupies order-api. An assumption; most of it waits for the ledger and SQS. */
export const ORDER_BUSY_MS = 100;
/**
 * API Gateway caches the verdict on a token, so most orders need none. As a limit, it keeps a flood
 * of unknown tokens from taking the concurrency of other functions.
 */
export const AUTHORIZER_RESERVED_CONCURRENCY = { ephemeral: 5, durable: 20 } as const;
/** How long a token occupies a warm authorizer: verifying takes 0.2 ms of a vCPU, and it has 0.29. */
export const TOKEN_BUSY_MS = 5;
/** Activations by several orchestrators at once, beside a migration and the daily deletion. */
export const MIGRATION_RESERVED_CONCURRENCY = 5;
/** A sweep of the schedule that still runs, the next one, and one after an activation. */
export const SWEEP_RESERVED_CONCURRENCY = 3;
/**
 * Threads of libuv. It resolves names on half of them, and each name of a lost region can hold one:
 * an orchestrator calls three. With the default of four, two such names stop all others.
 */
export const PROBING_THREADS = 16;
/** Loops overlap. More invocations than this at once are not useful. */
export const SENTINEL_RESERVED_CONCURRENCY = 5;
/** Loops overlap, and the sentinel adds an invocation for each bad slot. */
export const ORCHESTRATOR_RESERVED_CONCURRENCY = 20;
/** Lambda's maximum: an alarm invokes the orchestrator once, and a failed invocation must be retried. */
export const ORCHESTRATOR_RETRIES = 2;
/** The minimum of EventBridge and Lambda: the next event says the same as an older one. */
export const EVENT_KEPT_SECONDS = 60;
/** A tenth of the account's API Gateway quota in a region: no throttle for orders is higher. */
export const ORDERS_RATE_MAX_PER_SECOND = 1_000;
/** Seconds of orders that an API accepts at once. */
export const ORDERS_BURST_SECONDS = 2;
/**
 * Fresh orders that one sandbox of order-processor settles. `npm run bench:throughput` measured 158 on
 * a quiet machine at 0.29 vCPU, with 25 ms for each call to AWS.
 */
export const SETTLED_PER_PROCESSOR_PER_SECOND = 150;
/** Orders that the sweep closes and prunes in 45 of 60 s. The same command measured 2,741. */
export const CLOSED_AND_PRUNED_PER_SECOND = 2_000;
/** Share of the measured rates that the throttle admits. The rest drains backlogs and absorbs slow calls. */
export const THROUGHPUT_SHARE = 0.7;
/** Paths without a token: enough for 16 Route 53 checkers, the probes and the canaries. */
export const OPEN_RATE_PER_SECOND = 50;
export const OPEN_BURST = 100;
/** Canary orders: loops of the sentinel and the orchestrator, some of which repeat refused ones. */
export const CANARY_RATE_PER_SECOND = 50;
export const CANARY_BURST = 100;
/** The shortest window of AWS WAF, so that a client is limited soon and not for long. */
export const WAF_WINDOW_SECONDS = 60;
/** Share of the orders throttle that one address or token may use. The rest is left for all others. */
export const WAF_CLIENT_SHARE = 0.5;
/** Four times what a health check asks: 16 checkers, every 10 s at most. The burst is for two rounds. */
export const HEALTH_CHECK_RATE_PER_SECOND = 7;
export const HEALTH_CHECK_BURST = 35;
/** Covers accepting and settling an order, the token, the last answers and the runtime's start. */
export const CANARY_TIMEOUT_SECONDS = 90;
/** Canaries are evidence for people; the probes place orders every 10 s. */
export const CANARY_SCHEDULE_MINUTES = 5;
/** Messages are hints: the sweep sends a new one for every order that still waits in the ledger. */
export const HINT_RETENTION_SECONDS = 600;
/** The maximum of SQS: a person must read these messages. */
export const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 3600;
export const PROCESSOR_TIMEOUT_SECONDS = 10;
/** AWS recommends six times the function's timeout. */
export const HINT_VISIBILITY_SECONDS = 6 * PROCESSOR_TIMEOUT_SECONDS;
export const PROCESSOR_BATCH_SIZE = 10;
/** With `unreserved`. */
export const PROCESSOR_DEFAULT_CONCURRENCY = 10;
/** Lambda's maximum: a migration of a large table takes minutes. */
export const MIGRATION_TIMEOUT_SECONDS = 900;
export const SWEEP_TIMEOUT_SECONDS = 50;
/** One vCPU: the sweep closes, prunes and re-queues what all processors settle, in one invocation. */
export const SWEEP_MEMORY_MB = 1_769;
/**
 * Share of the processor's concurrency that works on the backlog. Its batches are ten times as large,
 * so it still drains faster than fresh orders arrive.
 */
export const BACKLOG_CONCURRENCY_SHARE = 0.4;
/** Lambda's minimum for an event source of SQS. */
export const EVENT_SOURCE_CONCURRENCY_MIN = 2;
/** TTL of the DNS record that validates a certificate; it never changes. */
export const VALIDATION_TTL_SECONDS = 60;
