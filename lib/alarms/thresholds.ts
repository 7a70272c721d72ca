import { ORDERS_RATE_PER_SECOND } from "../platform/tunables";

/** Runs wander a little, so that a period may hold none: two bad ones of three ring. */
export const CANARY_RUNS_WATCHED = 3;
export const CANARY_RUNS_FAILED = 2;
/** Alarms that take silence for trouble wait this long for what they watch to begin. */
export const WARM_UP_MINUTES = 15;
/** Minutes in a row that make a lasting trouble of a single one. */
export const ROW_MINUTES = 3;
/** What waits longer is late: the RPO that was asked for. */
export const LAG_SECONDS = 60;
/** S3's promise, and the one value that Replication Time Control knows. */
export const ARCHIVE_LAG_MINUTES = 15;
/** Share of what AWS counts, which comes a minute or three late. */
export const ERRORS_SHARE = 0.05;
/** Gray: part of the orders fail, so that no probe sees an outage; one alone is no share. */
export const GRAY_SHARE = 0.1;
export const GRAY_ORDERS = 3;
/** Of 18 canary orders a minute a tenth is two, and so many meet a home that fails for 7 s. */
export const GRAY_CANARIES = 2;
/** An order waits for its hint to be lost, for one sweep to re-queue it and one to close it. */
export const OPEN_ORDER_SECONDS = 300;
/** Ten seconds of the API's whole rate: a sweep still takes them up within its minute. */
export const OPEN_ORDERS = 10 * ORDERS_RATE_PER_SECOND;
/** Looks come every 10 s; half a minute without one rings after a whole one. */
export const BLIND_PERIOD_SECONDS = 30;
