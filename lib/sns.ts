import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { publishersOf } from "./messaging/publishers";
import { functionBaseName } from "./platform/naming";
import type { Region } from "./platform/platform";
import { type ResourceStatement, policyDocument } from "./platform/policies";
import { type RegionalArgs, RegionalComponent } from "./platform/component";

/** The alarm of each region that invokes the orchestrator, by the base of its name. */
export const wakingAlarm: Readonly<Record<Region["key"], string>> = {
  home: "home-not-serving",
  standby: "home-lost",
};

/**
 * A region's two topics: `alerts` notifies people, `failover` invokes the orchestrator and notifies people.
 * Encrypted with a customer managed key or not at all: CloudWatch cannot publish through the key that
 * AWS manages, and no message holds a secret.
 */
export class Sns extends RegionalComponent<RegionalArgs> {
  readonly alertsTopic: aws.sns.Topic;
  readonly failoverTopic: aws.sns.Topic;

  constructor(name: string, args: RegionalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Sns", name, args, opts);
    this.alertsTopic = this.createTopic("alerts");
    this.failoverTopic = this.createTopic("failover");
    this.registerOutputs({
      alertsTopicArn: this.alertsTopic.arn,
      failoverTopicArn: this.failoverTopic.arn,
    });
  }

  private createTopic(what: "alerts" | "failover"): aws.sns.Topic {
    const { platform, region } = this.args;
    const topic = new aws.sns.Topic(
      `${this.name}-${what}`,
      {
        name: platform.nameOf("topic", what, region),
        ...(platform.keys && { kmsMasterKeyId: platform.keys[region.key].topics }),
      },
      this.child,
    );
    new aws.sns.TopicPolicy(
      `${this.name}-${what}`,
      { arn: topic.arn, policy: policyDocument(this.statements(what, topic.arn)) },
      this.child,
    );
    this.subscribe(what, topic);
    return topic;
  }

  /** Each subscriber has to confirm once. */
  private subscribe(what: string, topic: aws.sns.Topic): void {
    const { alertEmails, alertEndpoints } = this.args.platform.config;
    const subscribers = [
      ...alertEmails.map((endpoint) => ({ protocol: "email", endpoint })),
      ...alertEndpoints.map((endpoint) => ({ protocol: "https", endpoint })),
    ];
    for (const { protocol, endpoint } of subscribers) {
      new aws.sns.TopicSubscription(
        `${this.name}-${what}-${endpoint}`,
        { topic: topic.arn, protocol, endpoint },
        this.child,
      );
    }
  }

  /** Only one alarm may publish to the failover topic, because it starts the orchestrator. */
  private statements(
    what: "alerts" | "failover",
    topicArn: pulumi.Output<string>,
  ): ResourceStatement[] {
    const { platform, region } = this.args;
    const publish = { Action: ["sns:Publish"], Resource: [topicArn] };
    const isFailover = what === "failover";
    const alarm = isFailover ? platform.nameOf("alarm", wakingAlarm[region.key], region) : "*";
    const services = publishersOf(this.args, alarm)
      .filter(({ Sid }) => !isFailover || Sid === "Alarms")
      .map(({ Sid, Principal, topicCondition: Condition }) => ({
        Sid,
        ...publish,
        Principal,
        ...(Condition && { Condition }),
      }));
    return isFailover ? services : [...services, this.orchestratorsStatement(topicArn)];
  }

  /** The orchestrators notify people; they may not publish to the failover topic. */
  private orchestratorsStatement(topicArn: pulumi.Output<string>): ResourceStatement {
    const { platform } = this.args;
    const stem = functionBaseName("failoverOrchestrator");
    const roles = Object.values(platform.inBoth((either) => platform.nameOf("role", stem, either)));
    return {
      Sid: "Functions",
      Action: ["sns:Publish"],
      Resource: [topicArn],
      Principal: { AWS: pulumi.interpolate`arn:aws:iam::${platform.accountId}:root` },
      Condition: {
        // SNS refuses a policy whose principal is a role that does not exist yet.
        ArnEquals: {
          "aws:PrincipalArn": platform.accountId.apply((account) =>
            roles.map((role) => `arn:aws:iam::${account}:role/${role}`),
          ),
        },
      },
    };
  }
}
