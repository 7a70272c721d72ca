import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegionalArgs } from "../platform/component";
import { createLogGroup } from "../platform/logGroup";
import { policyDocument, serviceTrustPolicy } from "../platform/policies";

export interface FlowLogArgs extends RegionalArgs {
  /** First part of the logical names. */
  readonly name: string;
  readonly parent: pulumi.Resource;
  readonly vpc: aws.ec2.Vpc;
}

/** Logs the connections in a network, accepted and rejected. */
export function createFlowLog({ platform, region, name, parent, vpc }: FlowLogArgs): void {
  const opts = { parent, provider: region.provider };
  const logGroup = createLogGroup(
    `${name}-flows`,
    { platform, region },
    platform.nameOf("logGroup", "network-flows", region),
    opts,
  );
  const role = new aws.iam.Role(
    `${name}-flows`,
    {
      name: platform.nameOf("role", "network-flows", region),
      assumeRolePolicy: serviceTrustPolicy("vpc-flow-logs.amazonaws.com", {
        StringEquals: { "aws:SourceAccount": platform.accountId },
        ArnLike: {
          "aws:SourceArn": pulumi.interpolate`arn:aws:ec2:${region.name}:${platform.accountId}:vpc-flow-log/*`,
        },
      }),
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-flows`,
    {
      name: "logs",
      role: role.id,
      policy: policyDocument([
        {
          Sid: "Logs",
          // Not CreateLogGroup: a group that the service creates again would outlive the stack.
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          Resource: [logGroup.arn, pulumi.interpolate`${logGroup.arn}:*`],
        },
        // DescribeLogGroups supports no resource.
        { Sid: "FindGroups", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
      ]),
    },
    opts,
  );
  new aws.ec2.FlowLog(
    `${name}-flows`,
    {
      vpcId: vpc.id,
      trafficType: "ALL",
      logDestination: logGroup.arn,
      iamRoleArn: role.arn,
      tags: { Name: platform.nameOf("securityGroup", "flows", region) },
    },
    { ...opts, dependsOn: [policy] },
  );
}
