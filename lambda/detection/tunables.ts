/** Looks happen on wall-clock slots, so overlapping loops look at the same moments. */
export const LOOK_SLOT_SECONDS = 10;
/** A schedule has 60 s precision: starts may lie 119 s apart, and a loop must outlive that gap. */
export const LOOP_SECONDS = 130;
/** Longest distance of two starts of a one-minute schedule with 60 s precision. */
export const SCHEDULE_GAP_MAX_SECONDS = 119;
/** Loop, its last look, and the time to finish one action. */
export const LOOP_TIMEOUT_SECONDS = 150;
/** A region that has not answered by then counts as not answering; order-api answers sooner. */
export const PROBE_TIMEOUT_MS = 3_000;
/** Looks kept in a loop's memory: the window in which flapping is counted. */
export const LOOKS_KEPT = 12;
/** Sentinel's looks in the ledger count as signs of another run while they are this young. */
export const LOOKS_FRESH_SECONDS = 20;
/** A tick looks for itself once the sentinel has missed a slot: between one slot and two. */
export const LOOKS_CALM_SECONDS = 15;
/** Sentinel's orders between two looks: what fails for 4 s might do so between looks for ever. */
export const CANARY_ORDERS_AT_MS: readonly number[] = [3_300, 6_600];
/** Bad probes in a row before home may count as lost: one lost packet is not an outage. */
export const BAD_PROBES_IN_ROW = 3;
/** Home's own sign of life is renewed every 5 s; four missed ones are silence. */
export const ALIVE_STALE_SECONDS = 20;
/** Flapping: so many bad slots of LOOKS_KEPT, at a sign of life older than this; why: architecture.md. */
export const FLAPPING_BAD_SLOTS = 4;
export const FLAPPING_ALIVE_STALE_SECONDS = 10;
/** The longest failover between AZs inside a region that must cause no failover. */
export const AZ_FAILOVER_SECONDS = 60;
/** T: settling has stopped. Above an AZ failover, one look, one progress write and one probe. */
export const PROGRESS_STALE_SECONDS = 80;
/** Canary orders answered 5xx in a row that confirm that accepting has stopped. */
export const FAILED_CANARIES = 6;
/** Settling this long in an epoch arms it: a fresh stack and a failback arm themselves. */
export const ARMED_AFTER_SECONDS = 300;
/** A region's sign of life and its settling progress are written at most this often. */
export const ALIVE_REFRESH_SECONDS = 5;
export const PROGRESS_REFRESH_SECONDS = 5;
