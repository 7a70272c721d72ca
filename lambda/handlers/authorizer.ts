import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { createLog, describe } from "../shared/log";
import type { Runtime } from "../shared/runtime";
import { TokenError, type Claims } from "../shared/token";

export type AuthorizerRuntime = Pick<Runtime, "env" | "clock" | "write" | "verifyToken">;

type Event = Pick<APIGatewayTokenAuthorizerEvent, "authorizationToken" | "methodArn">;

/**
 * Lets a valid bearer token through and hands its account to order-api. A bad token is 401; where
 * no verdict was possible API Gateway answers 500, and the client may retry.
 */
export function createAuthorizer(
  runtime: AuthorizerRuntime,
): (event: Event) => Promise<APIGatewayAuthorizerResult> {
  const log = createLog(runtime, "authorizer");
  return async (event) => {
    const token = /^Bearer (\S+)$/i.exec(event.authorizationToken)?.[1];
    if (token === undefined) throw new Error("Unauthorized");
    let claims: Claims;
    try {
      claims = await runtime.verifyToken(token);
    } catch (error) {
      if (!(error instanceof TokenError)) {
        log.error("no verdict on a token", error);
        throw error;
      }
      log.info("refused", describe(error));
      // API Gateway knows this very word as 401.
      throw new Error("Unauthorized");
    }
    return allow(claims, event.methodArn);
  };
}

/** For every method of the stage: API Gateway caches the verdict by token, not by method. */
function allow({ accountId }: Claims, methodArn: string): APIGatewayAuthorizerResult {
  const stageArn = methodArn.split("/").slice(0, 2).join("/");
  return {
    principalId: accountId,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: `${stageArn}/*` }],
    },
    context: { accountId },
  };
}
