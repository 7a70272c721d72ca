/** A deployment disarms for this long: longer than an `up` that replaces functions. */
export const DISARM_SECONDS = 900;
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
/** A run the sentinel woke under a target leaves after this: the sentinel wakes one every slot. */
export const WOKEN_UNDER_TARGET_SECONDS = 15;
/** A run starts no further action with less than this left of its timeout. */
export const ACTION_RESERVE_MS = 25_000;
/** health and order-api read the control item at most this often. */
export const CONTROL_CACHE_SECONDS = 2;
