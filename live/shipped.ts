/** Everything that live/ takes from the handlers that ship, by module. */
export { activated, firstControl } from "../lambda/control/control";
export { insertOrders } from "../lambda/orders/database";
export { type StoredOrder, shardOf, storedOrder } from "../lambda/orders/order";
export { type OrderItem, orderKey } from "../lambda/orders/orderItem";
