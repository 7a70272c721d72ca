import * as pulumi from "@pulumi/pulumi";
import type { RegionalArgs } from "../platform/component";
import type { ResourceStatement } from "../platform/policies";

type Condition = NonNullable<ResourceStatement["Condition"]>;

/** An AWS service that publishes to a topic of the program. */
export interface Publisher {
  readonly Sid: "Alarms" | "DatabaseEvents" | "Events";
  readonly Principal: { readonly Service: string };
  /** Condition of the topic's policy, if the service sends what it compares. */
  readonly topicCondition?: Condition;
  /** The same for the policy of the topic's key. A condition that is never met drops messages. */
  readonly keyCondition?: Condition;
}

/**
 * The services that publish to a region's topics. The policies of the topics and of their key follow
 * from this list. A test compares it with all resources that name a topic.
 *
 * @param alarmName the alarms that may publish
 */
export function publishersOf(args: RegionalArgs, alarmName = "*"): Publisher[] {
  const alarms = onlyFrom(args, "cloudwatch", `alarm:${alarmName}`);
  return [
    {
      Sid: "Alarms",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      topicCondition: alarms,
      // AWS's MDAA (grantCloudWatchAlarmsTopicAccess) has these conditions in keys' policies, too.
      keyCondition: alarms,
    },
    {
      Sid: "DatabaseEvents",
      Principal: { Service: "events.rds.amazonaws.com" },
      topicCondition: onlyFrom(args, "rds", "*"),
      // AWS documents no conditions of RDS for keys, so there are none.
    },
    // EventBridge sends neither account nor ARN: AWS documents that it supports no conditions here.
    { Sid: "Events", Principal: { Service: "events.amazonaws.com" } },
  ];
}

/** A service may publish for a resource of this account in this region. */
function onlyFrom({ platform, region }: RegionalArgs, service: string, resource: string) {
  const { accountId } = platform;
  return {
    StringEquals: { "aws:SourceAccount": accountId },
    ArnLike: {
      "aws:SourceArn": pulumi.interpolate`arn:aws:${service}:${region.name}:${accountId}:${resource}`,
    },
  };
}
