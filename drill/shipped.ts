/** Everything that the drill takes from the handlers that ship, by module. */
export {
  type Control,
  type How,
  activated,
  fenced,
  firstControl,
  notified,
} from "../lambda/control/control";
export { isWaiting, mayClose, maySettle, raisesEpoch } from "../lambda/control/rules";
export type { Evidence, Progress } from "../lambda/detection/evidence";
export {
  ALIVE_STALE_SECONDS,
  ARMED_AFTER_SECONDS,
  BAD_PROBES_IN_ROW,
  FAILED_CANARIES,
  FLAPPING_ALIVE_STALE_SECONDS,
  FLAPPING_BAD_SLOTS,
  LOOKS_KEPT,
  LOOK_SLOT_SECONDS,
  PROBE_TIMEOUT_MS,
  PROGRESS_STALE_SECONDS,
} from "../lambda/detection/tunables";
export {
  CHECKER_SPREAD_SECONDS,
  LATCH_FAILURES,
  LATCH_INTERVAL_SECONDS,
  RTO_SECONDS,
  budget,
  settledBudgetSeconds,
} from "../lambda/failover/budget";
export {
  type Action,
  type Command,
  type TargetDatabase,
  decide,
  takeoverRegion,
} from "../lambda/failover/decide";
export { INSERT_ORDERS, RAISE_EPOCH } from "../lambda/orders/database";
export { closing, deletion } from "../lambda/orders/ledgerStatements";
export { type Order, orderColumns, orderFields } from "../lambda/orders/order";
export {
  HINT_ORDERS_MAX,
  RETRY_AFTER_SECONDS,
  SWEEP_QUEUE_DEPTH_MAX,
} from "../lambda/orders/tunables";
export {
  CONNECT_TIMEOUT_MS,
  HOME_REGION,
  OBSERVE_TIMEOUT_MS,
  SOCKET_IDLE_MAX_MS,
  STATEMENT_TIMEOUT_MS,
} from "../lambda/runtime/tunables";
export { canaryChecks, stems } from "../lambda/functions";
export {
  type DatabaseAddress,
  type HttpAnswer,
  type HttpRequest,
  type Invocation,
  type Runtime,
  type Sender,
  type Sql,
} from "../lambda/runtime/runtime";
export { APPLICATION_USER } from "../lambda/orders/migrations";
export type { Share } from "../lambda/runtime/sharedCalls";
export type { SecretReader } from "../lambda/auth/keySources";
export { keySetUrl } from "../lambda/auth/keySetUrl";
export { KEY_RETRY_SECONDS, OWN_ISSUER } from "../lambda/auth/tunables";
