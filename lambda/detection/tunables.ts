/**
 * Probes start on wall-clock slots of this length, so that overlapping loops probe at the same
 * moments.
 */
export const LOOK_SLOT_SECONDS = 10;
/** How long a loop runs: one slot longer than SCHEDULE_GAP_MAX_SECONDS, so that loops overlap. */
export const LOOP_SECONDS = 130;
/** Longest time between two starts of a one-minute schedule, which has a precision of 60 s. */
export const SCHEDULE_GAP_MAX_SECONDS = 119;
/** Timeout of a function with a loop: the loop, its last probes and the end of a running action. */
export const LOOP_TIMEOUT_SECONDS = 150;
/** Timeout of a probe. order-api answers in less time even while the ledger does not answer it. */
export const PROBE_TIMEOUT_MS = 3_000;
/** A refused request (429) is repeated after this time: at least every tenth attempt gets through soon. */
export const REFUSED_RETRY_MS = 100;
/** Number of probe results kept: the window in which flapping is counted. */
export const LOOKS_KEPT = 12;
/** The sentinel's stored probe results are used as evidence up to this age: two slots. */
export const LOOKS_FRESH_SECONDS = 20;
/** The tick probes for itself if the sentinel's newest result is older: it has missed a slot. */
export const LOOKS_CALM_SECONDS = 15;
/**
 * When the sentinel places further canary orders, in ms after the start of a slot. With one order
 * per slot, a failure of a few seconds that recurs between the slots would stay unseen.
 */
export const CANARY_ORDERS_AT_MS: readonly number[] = [3_300, 6_600];
/** Consecutive bad probes before home can count as lost: a lost packet is not an outage. */
export const BAD_PROBES_IN_ROW = 3;
/** Home's heartbeat is stale at this age: four refreshes were missed. */
export const ALIVE_STALE_SECONDS = 20;
/** Home is flapping with this many bad probes of LOOKS_KEPT; docs/architecture.md says why. */
export const FLAPPING_BAD_SLOTS = 4;
/** For flapping, a bad probe counts only if home's heartbeat was older than this. */
export const FLAPPING_ALIVE_STALE_SECONDS = 10;
/** Longest failover of Aurora between AZs. It must not cause a failover between regions. */
export const AZ_FAILOVER_SECONDS = 60;
/**
 * Settling has stopped if nothing was settled for this long. Longer than a failover between AZs, a
 * slot, a progress write and a probe together.
 */
export const PROGRESS_STALE_SECONDS = 80;
/** Accepting has stopped only if the canary orders of this many slots got 5xx and none in between was accepted. */
export const FAILED_CANARIES = 6;
/**
 * A stored time may be ahead of the reader's clock by this much: Amazon Time Sync keeps clocks
 * together within milliseconds, and a clock without it drifts by seconds. A time further ahead makes
 * no sense. A heartbeat that is ahead looks fresh for longer, but "home lost" waits for
 * BAD_PROBES_IN_ROW slots in any case.
 */
export const CLOCK_AHEAD_MAX_SECONDS = 10;
/** Automatic failover is armed once home has settled for this long in the current epoch. */
export const ARMED_AFTER_SECONDS = 300;
/** A region writes its heartbeat at most this often. */
export const ALIVE_REFRESH_SECONDS = 5;
/** A region writes its progress at most this often. */
export const PROGRESS_REFRESH_SECONDS = 5;
