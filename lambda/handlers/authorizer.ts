import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { createLog, describe } from "../runtime/log";
import type { Runtime } from "../runtime/runtime";
import { TokenError } from "../auth/token";

export type AuthorizerRuntime = Pick<Runtime, "env" | "clock" | "write" | "verifyToken">;

type Event = Pick<APIGatewayTokenAuthorizerEvent, "authorizationToken" | "methodArn">;

/**
 * Lets a valid bearer token through and hands its account to order-api. A bad token is denied, which
 * the gateway answers with 401: to throw API Gateway's word for that would count as an error of the
 * function, and any stranger could ring its alarm. Where no verdict was possible it throws; the
 * gateway answers 5xx, and the client may retry.
 */
export function createAuthorizer(
  runtime: AuthorizerRuntime,
): (event: Event) => Promise<APIGatewayAuthorizerResult> {
  const log = createLog(runtime, "authorizer");
  return async (event) => {
    const token = /^Bearer (\S+)$/i.exec(event.authorizationToken)?.[1];
    if (token === undefined) return verdict("Deny", "nobody", event.methodArn);
    try {
      const { accountId } = await runtime.verifyToken(token);
      return { ...verdict("Allow", accountId, event.methodArn), context: { accountId } };
    } catch (error) {
      if (!(error instanceof TokenError)) {
        log.error("no verdict on a token", error);
        throw error;
      }
      log.info("refused", describe(error));
      return verdict("Deny", "nobody", event.methodArn);
    }
  };
}

/** For every method of the stage: API Gateway caches the verdict by token, not by method. */
function verdict(
  Effect: "Allow" | "Deny",
  principalId: string,
  methodArn: string,
): APIGatewayAuthorizerResult {
  const stageArn = methodArn.split("/").slice(0, 2).join("/");
  const statement = { Action: "execute-api:Invoke", Effect, Resource: `${stageArn}/*` };
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: [statement] } };
}
