/** Rows of canary orders are deleted from the database at this age: nobody reads them any more. */
export const CANARY_ROWS_KEPT_SECONDS = 86_400;
/** Rows that one statement deletes: a fraction of STATEMENT_TIMEOUT_MS, so that settling never waits long. */
export const PRUNE_ROWS = 1_000;
/** A daily invocation deletes no further rows after this time. The next one continues. */
export const PRUNE_SECONDS = 60;
/** Timeout of a statement of a migration: an index on a large table takes minutes. */
export const MIGRATION_STATEMENT_TIMEOUT_MS = 600_000;
/**
 * A migration waits this long for a lock, because statements of orders queue behind it meanwhile.
 * Longer than STATEMENT_TIMEOUT_MS: those that hold the lock end within that time.
 */
export const MIGRATION_LOCK_TIMEOUT_MS = 5_000;
/** order-api waits this long for the ledger, then answers 503. Shorter than PROBE_TIMEOUT_MS. */
export const LEDGER_WRITE_TIMEOUT_MS = 2_000;
/** Timeout of sending a hint. Short, because the client waits and the ledger already has the order. */
export const HINT_TIMEOUT_MS = 300;
/** Most orders that one message names. A batch of ten messages then has 100 at most. */
export const HINT_ORDERS_MAX = 10;
/** A longer message is no hint: ten UUIDs take some 400 characters. */
export const HINT_BODY_MAX_CHARACTERS = 1_024;
/**
 * Most INSERT statements for one batch while PostgreSQL refuses data. Halving finds one bad order of 100
 * with 15.
 */
export const BATCH_STATEMENTS_MAX = 32;
/** Value of the header Retry-After: when a client should retry with the same order id. */
export const RETRY_AFTER_SECONDS = 2;
/** Largest body of an order that is accepted: many times the largest valid one. */
export const ORDER_BODY_MAX_BYTES = 16_384;
/** A session expires this long after its last order. */
export const SESSION_KEPT_SECONDS = 86_400;
/** An execution environment renews a session at most this often: an order per second is one write a minute. */
export const SESSION_REFRESH_SECONDS = 60;
/** A sweep reads no further page with less than this left, so that it ends before its timeout. */
export const SWEEP_RESERVE_MS = 5_000;
/** An order that has waited this long is re-queued: its hint is assumed to be lost. */
export const SWEEP_AGE_SECONDS = 60;
/** With hints of more orders than this in the queues or in flight, hints are late, not lost: none is sent again. */
export const SWEEP_QUEUE_DEPTH_MAX = 500;
/** Orders of one shard that a sweep handles in one round: 4,000 of all shards. */
export const SWEEP_PAGE_SIZE = 250;
/** Closed orders stay in the ledger for this long, so that clients can still read them. */
export const CLOSED_KEPT_SECONDS = 86_400;
/** Partitions of the index `work`: with a single one its write limit would cap the rate of orders. */
export const WORK_SHARDS = 16;
