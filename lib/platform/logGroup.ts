import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ChildOptions, RegionalArgs } from "./component";

/** A log group that keeps its events for as long as the retention says. */
export function createLogGroup(
  name: string,
  { platform, region }: RegionalArgs,
  groupName: pulumi.Input<string>,
  opts: ChildOptions,
): aws.cloudwatch.LogGroup {
  const { retention, keys } = platform;
  return new aws.cloudwatch.LogGroup(
    name,
    {
      name: groupName,
      retentionInDays: retention.logRetentionDays,
      ...(keys && { kmsKeyId: keys[region.key].data }),
    },
    opts,
  );
}
