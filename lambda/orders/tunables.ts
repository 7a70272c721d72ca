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
/** A session expires this long after its last order; a process renews one at most every REFRESH. */
export const SESSION_KEPT_SECONDS = 86_400;
export const SESSION_REFRESH_SECONDS = 60;
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
