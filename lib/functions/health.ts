import { API_TIMEOUT_SECONDS, HEALTH_RESERVED_CONCURRENCY } from "../platform/tunables";
import type { LambdaFunction } from "./lambdaFunction";
import { ledgerLink } from "./link";
import { type FunctionScope, createFunction } from "./scope";

export function createHealth(scope: FunctionScope): LambdaFunction {
  return createFunction(scope, {
    stem: "health",
    links: [ledgerLink(scope, "GetItem", "UpdateItem")],
    timeoutSeconds: API_TIMEOUT_SECONDS,
    reservedConcurrency: HEALTH_RESERVED_CONCURRENCY,
  });
}
