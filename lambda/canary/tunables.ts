/** Time for an order to be accepted, retries included: a client's patience. */
export const CANARY_ACCEPT_SECONDS = 20;
/** Time to settle: a hint takes seconds. A lost one is the sweep's, and worth a person's look. */
export const CANARY_SETTLE_SECONDS = 30;
/** Pause between two questions whether an order is settled. */
export const CANARY_POLL_MS = 1_000;
