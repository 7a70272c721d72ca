/** Everything that live/ takes from the handlers that ship, by module. */
export { type Control, activated, firstControl } from "../lambda/control/control";
export { CONTROL_CACHE_SECONDS } from "../lambda/control/tunables";
export { insertOrders, PRUNE_CANARIES } from "../lambda/orders/database";
export { hintBody } from "../lambda/orders/hint";
export { type StoredOrder, shardOf, storedOrder } from "../lambda/orders/order";
export type { OrderItem } from "../lambda/orders/orderItem";
export { orderKey } from "../lambda/runtime/ledgerKeys";
export {
  CLOSED_KEPT_SECONDS,
  HINT_ORDERS_MAX,
  PRUNE_ROWS,
  SWEEP_RESERVE_MS,
} from "../lambda/orders/tunables";
export { STATEMENT_TIMEOUT_MS } from "../lambda/runtime/tunables";
export type { HttpAnswer, HttpRequest } from "../lambda/runtime/runtime";
export { APPLICATION_USER } from "../lambda/orders/migrations";
export { WORK_INDEX } from "../lambda/orders/names";
export { readOwnKeys } from "../lambda/auth/keys";
export { signToken } from "../lambda/auth/tokens";
export { CANARY_ACCOUNT, OWN_ISSUER } from "../lambda/auth/tunables";
export { ARMED_AFTER_SECONDS } from "../lambda/detection/tunables";
export { openShards } from "../lambda/orders/workIndex";
export { createOrderProcessor } from "../lambda/handlers/orderProcessor";
export { applyMigration, MIGRATIONS_TABLE, migrations } from "../lambda/orders/migrations";
