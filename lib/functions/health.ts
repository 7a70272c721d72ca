import { CONTROL_KEY, aliveKey } from "../../lambda/runtime/ledgerKeys";
import { API_TIMEOUT_SECONDS, HEALTH_RESERVED_CONCURRENCY } from "../platform/tunables";
import type { LambdaFunction } from "./lambdaFunction";
import { ledgerLink } from "./link";
import { type FunctionScope, createFunction } from "./scope";

export function createHealth(scope: FunctionScope): LambdaFunction {
  return createFunction(scope, {
    stem: "health",
    links: [
      ledgerLink(scope, { GetItem: [CONTROL_KEY], UpdateItem: [aliveKey(scope.region.name)] }),
    ],
    timeoutSeconds: API_TIMEOUT_SECONDS,
    reservedConcurrency: HEALTH_RESERVED_CONCURRENCY,
  });
}
