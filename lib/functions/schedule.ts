import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { EVENT_KEPT_SECONDS } from "../platform/tunables";
import type { LambdaFunction } from "./lambdaFunction";
import type { RegionalArgs } from "../platform/component";

export interface ScheduleArgs extends RegionalArgs {
  /** Base of the rule's name. */
  readonly what: string;
  readonly every: "minute" | "day";
  readonly description: string;
  readonly target: LambdaFunction;
  /** The event of every invocation. */
  readonly event: object;
}

/** Invokes a function periodically. EventBridge does not promise a second of the minute. */
export function schedule(
  name: string,
  args: ScheduleArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.EventRule {
  const { platform, region, what, every, description, target, event } = args;
  const rule = new aws.cloudwatch.EventRule(
    name,
    {
      name: platform.nameOf("eventRule", what, region),
      description,
      scheduleExpression: `rate(1 ${every})`,
      state: "ENABLED",
    },
    opts,
  );
  new aws.lambda.Permission(
    name,
    {
      action: "lambda:InvokeFunction",
      function: target.function.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    },
    opts,
  );
  new aws.cloudwatch.EventTarget(
    name,
    {
      rule: rule.name,
      arn: target.function.arn,
      input: JSON.stringify(event),
      retryPolicy: { maximumEventAgeInSeconds: EVENT_KEPT_SECONDS, maximumRetryAttempts: 1 },
    },
    opts,
  );
  return rule;
}
