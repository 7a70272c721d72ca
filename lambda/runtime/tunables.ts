/** The home region: fixed, because Route 53 publishes its metrics there alone. */
export const HOME_REGION = "us-east-1";
/** Own-region reads of one observation; later is unknown. */
export const OBSERVE_TIMEOUT_MS = 2_000;
/** An SNS publish or an asynchronous invocation that has no answer by then is left behind. */
export const NOTIFY_TIMEOUT_MS = 2_000;
/** Best-effort writes beside an answer: sign of life, progress. */
export const SIDE_WRITE_TIMEOUT_MS = 500;
/** A statement that takes longer is given up: below the function's timeout. */
export const STATEMENT_TIMEOUT_MS = 4_000;
/** Opening a connection, resolving the name anew: a promoted cluster answers at once. */
export const CONNECT_TIMEOUT_MS = 2_000;
/** An idle connection older than this may lead to a volume that was left; a new one does not. */
export const CONNECTION_IDLE_MAX_MS = 10_000;
