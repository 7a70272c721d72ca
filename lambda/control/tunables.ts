/** Highest epoch of a control item. PostgreSQL's integer ends at 2,147,483,647. */
export const EPOCH_MAX = 2_000_000_000;
/** An activation raises a database's epoch by at most this, so that no wrong number uses up the epochs. */
export const EPOCH_STEP_MAX = 1_000_000;
/**
 * A control item that was made anew gets an epoch this far above the database's. That is more than the
 * fences that can have been written since the database's last activation: no old epoch is used twice.
 */
export const EPOCH_JUMP = 1_000;
/**
 * health and order-api read the control item at most this often while a region is active: they answer
 * many requests a second.
 */
export const CONTROL_CACHE_SECONDS = 2;
/** How long a deployment disarms automatic failover: longer than an update that replaces functions. */
export const DISARM_SECONDS = 900;
