/** The home region. It is fixed because Route 53 publishes its metrics only in us-east-1. */
export const HOME_REGION = "us-east-1";
/** Timeout of a call to DynamoDB, SQS or RDS in one observation of the system's state. */
export const OBSERVE_TIMEOUT_MS = 2_000;
/** How often keys that BatchGetItem left unprocessed are asked for again, and the wait before it. */
export const BATCH_GET_RETRIES = 3;
export const BATCH_GET_RETRY_MS = 100;
/** Timeout of an SNS publish, a metric or an asynchronous invocation, which nothing waits for. */
export const NOTIFY_TIMEOUT_MS = 2_000;
/** Timeout of best-effort writes (heartbeat, progress, sessions, archive): they must not delay an answer. */
export const SIDE_WRITE_TIMEOUT_MS = 500;
/** Longer texts are cut in log lines. Such texts come from outside, and logs are billed by size. */
export const LOG_TEXT_MAX_LENGTH = 500;
/** Timeout of a SQL statement: shorter than the timeouts of the functions that run one. */
export const STATEMENT_TIMEOUT_MS = 4_000;
/**
 * Calls to one service that a function has under way at once. Fewer than the 50 sockets of an SDK
 * client, and few enough that none times out because the others use the CPU: 16 batches of 25 writes
 * take about 30 ms of CPU, which is 100 ms at 0.29 vCPU.
 */
export const CALLS_AT_ONCE_MAX = 16;
/** Timeout of opening a database connection. A reachable writer accepts one in milliseconds. */
export const CONNECT_TIMEOUT_MS = 2_000;
/**
 * A connection that was idle for longer is replaced. Lambda freezes an execution environment between
 * invocations, and the other side may close or forget the connection meanwhile. A new connection to
 * the database also resolves the endpoint again, which may lead to another instance by now.
 */
export const SOCKET_IDLE_MAX_MS = 1_000;
/**
 * The server closes a connection of the application that was idle for longer. A frozen execution
 * environment keeps its connection, and after a deployment those of the old version stay. No function
 * uses them again: they were idle for longer than SOCKET_IDLE_MAX_MS.
 */
export const SESSION_IDLE_MAX_MS = 60_000;
/** Longest body of an HTTP response that is read. A key set has a few kilobytes. */
export const HTTP_BODY_MAX_BYTES = 256 * 1024;
