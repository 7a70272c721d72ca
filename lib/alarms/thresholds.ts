/** Canary runs do not start on time, so a period may have none: two bad periods of three count. */
export const CANARY_RUNS_WATCHED = 3;
export const CANARY_RUNS_FAILED = 2;
/** New alarms for which missing data is a problem wait this long for the first data. */
export const WARM_UP_MINUTES = 15;
/** Consecutive minutes after which a problem counts as lasting. */
export const ROW_MINUTES = 3;
/** A longer delay is too long: it is the required RPO. */
export const LAG_SECONDS = 60;
/** What S3 Replication Time Control promises, and the only value that it accepts. */
export const ARCHIVE_LAG_MINUTES = 15;
/** Share of failed requests in the metrics that AWS publishes, one to three minutes late. */
export const ERRORS_SHARE = 0.05;
/** A gray failure: part of the orders fail and probes see no outage. A single failed order is ignored. */
export const GRAY_SHARE = 0.1;
export const GRAY_ORDERS = 3;
/** A tenth of the 18 canary orders per minute. A home that fails for 7 s fails as many. */
export const GRAY_CANARIES = 2;
/** Time for a lost hint to be noticed, for one sweep to send it again and for one to close the order. */
export const OPEN_ORDER_SECONDS = 300;
/** Orders of two minutes at the API's full rate are open: a sweep closes those of one minute. */
export const OPEN_ORDERS_SECONDS = 120;
/**
 * Reports of the readiness that must be bad, of the last READINESS_WATCHED. A deployment disarms for 15
 * minutes, which are three reports.
 */
export const NOT_READY_REPORTS = 4;
export const READINESS_WATCHED = 5;
/** Probes run every 10 s. Two periods of 30 s without one set the alarm off. */
export const BLIND_PERIOD_SECONDS = 30;
