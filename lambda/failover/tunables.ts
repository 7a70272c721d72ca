/** An RDS call is aborted this long after the control item was read for it. */
export const RDS_CALL_CUTOFF_MS = 2_000;
/** Poll interval while a region takes over. Several invocations poll, and RDS throttles frequent callers. */
export const TARGET_POLL_MS = 4_000;
/** Back off this long after an action failed. */
export const FAILED_ACTION_WAIT_MS = 2_000;
/** The orchestrator waits this long for db-migration to raise the epoch. */
export const ACTIVATE_TIMEOUT_MS = 20_000;
/** Poll interval after an activation: short after a success, but a refusal is not repeated at once. */
export const ACTIVATE_RETRY_MS = 250;
/**
 * Orchestrator invocations started by the sentinel exit after this time while a failover is in
 * progress: the sentinel starts another one on every slot.
 */
export const WOKEN_UNDER_TARGET_SECONDS = 15;
/** How often the tick reports whether the standby could take over. It calls RDS for that. */
export const READINESS_EVERY_MINUTES = 5;
/** An invocation starts no further action with less than this left: an activation must fit. */
export const ACTION_RESERVE_MS = 25_000;
