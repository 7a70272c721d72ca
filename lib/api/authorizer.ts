import type * as pulumi from "@pulumi/pulumi";
import { API_TIMEOUT_SECONDS } from "../platform/tunables";
import { LambdaFunction } from "../functions/lambdaFunction";
import type { Platform, Region } from "../platform/platform";
import { secretStatement } from "../platform/policies";
import type { Queues } from "../messaging/queues";

export interface AuthorizerArgs {
  readonly platform: Platform;
  readonly region: Region;
  /** The region's own copy of the token keys. */
  readonly secretArn: pulumi.Input<string>;
  readonly queues: Queues;
}

/** The function that verifies bearer tokens for a region's API, from what that region has itself. */
export function createAuthorizer(
  args: AuthorizerArgs,
  opts: pulumi.ComponentResourceOptions,
): LambdaFunction {
  const { platform, region, secretArn, queues } = args;
  const { env, auth } = platform.config;
  return new LambdaFunction(
    `authorizer-${region.code}`,
    {
      platform,
      region,
      stem: "authorizer",
      environment: {
        ENVIRONMENT: env,
        TOKEN_SECRET_ARN: secretArn,
        ...(auth && { AUTH_ISSUER: auth.issuer, AUTH_AUDIENCE: auth.audience }),
      },
      statements: [secretStatement("TokenSecret", secretArn)],
      timeoutSeconds: API_TIMEOUT_SECONDS,
      failuresQueueArn: queues.failures.arn,
    },
    opts,
  );
}
