import { API_TIMEOUT_SECONDS, AUTHORIZER_RESERVED_CONCURRENCY } from "../platform/tunables";
import type { LambdaFunction } from "./lambdaFunction";
import { environmentLink, tokenKeysLink } from "./link";
import { type FunctionScope, createFunction } from "./scope";

/** Verifies the bearer tokens of a region's API with what that region has itself. */
export function createAuthorizer(scope: FunctionScope): LambdaFunction {
  const { platform, region, tokens } = scope;
  const { auth } = platform.config;
  return createFunction(scope, {
    stem: "authorizer",
    links: [
      environmentLink(platform),
      tokenKeysLink(tokens, region),
      ...(auth
        ? [{ environment: { AUTH_ISSUER: auth.issuer, AUTH_AUDIENCE: auth.audience } }]
        : []),
    ],
    timeoutSeconds: API_TIMEOUT_SECONDS,
    reservedConcurrency: AUTHORIZER_RESERVED_CONCURRENCY[platform.config.retention],
  });
}
