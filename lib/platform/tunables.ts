/** API Gateway asks anew for a verdict after this: a token outlives its end by no more. */
export const VERDICT_KEPT_SECONDS = 60;
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
/** Both times, the token, the last answers, and the runtime's own start. */
export const CANARY_TIMEOUT_SECONDS = 90;
/** Evidence every few minutes; look() orders every 10 s. */
export const CANARY_SCHEDULE_MINUTES = 5;
/** Queues are hints: what is older is in the ledger, and the sweep brings it back. */
export const HINT_RETENTION_SECONDS = 600;
/** As long as SQS keeps anything: someone must look at what lies there. */
export const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 3600;
export const PROCESSOR_TIMEOUT_SECONDS = 10;
/** AWS asks for six times the function's timeout. */
export const HINT_VISIBILITY_SECONDS = 6 * PROCESSOR_TIMEOUT_SECONDS;
export const PROCESSOR_BATCH_SIZE = 10;
export const PROCESSOR_MAX_CONCURRENCY = 10;
export const SWEEP_TIMEOUT_SECONDS = 50;
/** Of the record that proves a certificate's name; nobody is waiting for it to change. */
export const VALIDATION_TTL_SECONDS = 60;
