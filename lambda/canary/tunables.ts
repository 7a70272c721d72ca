/** Longest time until an order is accepted, including retries. */
export const CANARY_ACCEPT_SECONDS = 20;
/**
 * Longest time until an accepted order is settled. That takes seconds unless the message to the queue
 * is lost, which a person should know about.
 */
export const CANARY_SETTLE_SECONDS = 30;
/** Poll interval while an order is not settled. */
export const CANARY_POLL_MS = 1_000;
