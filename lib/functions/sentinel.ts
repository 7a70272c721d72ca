import type * as aws from "@pulumi/aws";
import { LOOP_TIMEOUT_SECONDS } from "../../lambda/detection/tunables";
import { PROBES_KEY } from "../../lambda/runtime/ledgerKeys";
import { SENTINEL_RESERVED_CONCURRENCY } from "../platform/tunables";
import { invokeStatement } from "../platform/policies";
import { probingLinks, type FailoverScope } from "./failoverScope";
import { type LambdaFunction, notRetried } from "./lambdaFunction";
import { createFunction } from "./scope";

/** Probes both regions and invokes the orchestrator when home looks bad. */
export function createSentinel(
  scope: FailoverScope,
  orchestrator: aws.lambda.Function,
): LambdaFunction {
  return createFunction(scope, {
    stem: "sentinel",
    links: [
      ...probingLinks(scope, PROBES_KEY),
      {
        environment: { ORCHESTRATOR_FUNCTION: orchestrator.name },
        statements: [invokeStatement(orchestrator.arn)],
      },
    ],
    timeoutSeconds: LOOP_TIMEOUT_SECONDS,
    reservedConcurrency: SENTINEL_RESERVED_CONCURRENCY,
    retries: notRetried,
  });
}
