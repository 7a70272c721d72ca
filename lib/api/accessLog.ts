import type * as aws from "@pulumi/aws";
import type { ChildOptions, RegionalArgs } from "../platform/component";
import { createLogGroup } from "../platform/logGroup";

/**
 * A line for each request. A value that a request does not have is "-". Errors are those of the
 * gateway, the WAF, the authorizer and the function, so that a refused request can be told from a
 * failed one.
 */
const FORMAT = JSON.stringify({
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  sourceIp: "$context.identity.sourceIp",
  userAgent: "$context.identity.userAgent",
  tlsVersion: "$context.tlsVersion",
  cipherSuite: "$context.cipherSuite",
  httpMethod: "$context.httpMethod",
  path: "$context.path",
  status: "$context.status",
  responseLatency: "$context.responseLatency",
  accountId: "$context.authorizer.accountId",
  error: "$context.error.message",
  errorType: "$context.error.responseType",
  wafResponseCode: "$context.wafResponseCode",
  authorizerError: "$context.authorizer.error",
  integrationError: "$context.integration.error",
  xrayTraceId: "$context.xrayTraceId",
});

/**
 * The access log of a stage. API Gateway writes it only if the account has a logging role in the
 * region. No environment owns that role: destroying it would end the logs of all others.
 */
export function createAccessLog(
  name: string,
  args: RegionalArgs,
  groupName: string,
  opts: ChildOptions,
): Pick<aws.apigateway.StageArgs, "accessLogSettings"> {
  const group = createLogGroup(name, args, groupName, opts);
  return { accessLogSettings: { destinationArn: group.arn, format: FORMAT } };
}
