import { API_TIMEOUT_SECONDS, AUTHORIZER_RESERVED_CONCURRENCY } from "../platform/tunables";
import { secretStatement } from "../platform/policies";
import type { LambdaFunction } from "./lambdaFunction";
import { type Link, canaryKeysLink, environmentLink } from "./link";
import { type FunctionScope, createFunction } from "./scope";

/** Verifies the bearer tokens of a region's API with what that region has itself. */
export function createAuthorizer(scope: FunctionScope): LambdaFunction {
  const { platform, region, tokens } = scope;
  return createFunction(scope, {
    stem: "authorizer",
    links: [environmentLink(platform), canaryKeysLink(tokens, region), clientTokensLink(scope)],
    timeoutSeconds: API_TIMEOUT_SECONDS,
    reservedConcurrency: AUTHORIZER_RESERVED_CONCURRENCY[platform.config.retention],
  });
}

/** Clients' tokens come from the identity provider, or are signed with the platform's own keys. */
function clientTokensLink({ platform, region, tokens }: FunctionScope): Link {
  const { auth } = platform.config;
  if (auth) return { environment: { AUTH_ISSUER: auth.issuer, AUTH_AUDIENCE: auth.audience } };
  const secretArn = tokens.clientKeys[region.key];
  return {
    environment: { TOKEN_SECRET_ARN: secretArn },
    statements: [secretStatement("TokenSecret", secretArn)],
  };
}
