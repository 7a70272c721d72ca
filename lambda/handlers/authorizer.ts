import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { createLog, describe, type Metric } from "../runtime/log";
import type { Runtime } from "../runtime/runtime";
import { TokenError } from "../auth/tokenError";

export type AuthorizerRuntime = Pick<Runtime, "env" | "clock" | "write" | "verifyToken">;

type Event = Pick<APIGatewayTokenAuthorizerEvent, "authorizationToken" | "methodArn">;

const PLACES_ORDER = /\/POST\/(canary-)?orders$/;
/** As order-api counts it: that never sees the order, and people must be told all the same. */
const ORDER_FAILED: Metric = {
  name: "OrdersFailed",
  value: 1,
  unit: "Count",
  resolutionSeconds: 1,
};

/**
 * API Gateway's token authorizer. Allows a request with a valid bearer token and passes the token's
 * account to order-api. Denies an invalid token, which the gateway turns into 401. Throwing
 * "Unauthorized" would also give 401 but counts as a function error, so any stranger could raise the
 * alarm on errors.
 * @throws if the token could not be checked. The gateway answers 5xx then, and the client retries.
 */
export function createAuthorizer(
  runtime: AuthorizerRuntime,
): (event: Event) => Promise<APIGatewayAuthorizerResult> {
  const log = createLog(runtime, "authorizer");
  return async (event) => {
    const token = /^Bearer +(\S+)$/i.exec(event.authorizationToken)?.[1];
    if (token === undefined) return policyOf("Deny", "nobody", event.methodArn);
    try {
      const { accountId } = await runtime.verifyToken(token);
      return { ...policyOf("Allow", accountId, event.methodArn), context: { accountId } };
    } catch (error) {
      if (!(error instanceof TokenError)) {
        log.error("a token could not be checked", error);
        if (PLACES_ORDER.test(event.methodArn)) log.metrics("an order failed", [ORDER_FAILED]);
        throw error;
      }
      log.info("a token is invalid", describe(error));
      return policyOf("Deny", "nobody", event.methodArn);
    }
  };
}

/**
 * A policy for every method of the stage, because API Gateway caches it by token for all methods (API
 * Gateway Developer Guide: Lambda authorizers).
 */
function policyOf(
  Effect: "Allow" | "Deny",
  principalId: string,
  methodArn: string,
): APIGatewayAuthorizerResult {
  const stageArn = methodArn.split("/").slice(0, 2).join("/");
  const statement = { Action: "execute-api:Invoke", Effect, Resource: `${stageArn}/*` };
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: [statement] } };
}
