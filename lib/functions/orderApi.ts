import { CONTROL_KEY, aliveKey, orderKey } from "../../lambda/runtime/ledgerKeys";
import { API_TIMEOUT_SECONDS, ORDER_API_RESERVED_CONCURRENCY } from "../platform/tunables";
import { sendStatement } from "../platform/policies";
import type { LambdaFunction } from "./lambdaFunction";
import { ledgerLink } from "./link";
import { type FunctionScope, createFunction } from "./scope";

export function createOrderApi(scope: FunctionScope): LambdaFunction {
  const { home, standby } = scope.queues;
  return createFunction(scope, {
    stem: "orderApi",
    links: [
      ledgerLink(scope, {
        GetItem: [CONTROL_KEY, orderKey("*")],
        PutItem: [orderKey("*")],
        UpdateItem: [aliveKey(scope.region.name)],
      }),
      {
        environment: { HOME_QUEUE_URL: home.orders.url, STANDBY_QUEUE_URL: standby.orders.url },
        statements: [sendStatement(home.orders.arn, standby.orders.arn)],
      },
    ],
    timeoutSeconds: API_TIMEOUT_SECONDS,
    reservedConcurrency: ORDER_API_RESERVED_CONCURRENCY[scope.platform.config.retention],
  });
}
