import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AuroraMember } from "../database/auroraMember";
import type { Sns } from "../sns";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

/** The services that the platform uses, by their names in AWS Health. */
const healthServices = [
  "APIGATEWAY",
  "CLOUDWATCH",
  "DYNAMODB",
  "EVENTS",
  "LAMBDA",
  "RDS",
  "ROUTE53",
  "S3",
  "SECRETSMANAGER",
  "SNS",
  "SQS",
];

export interface NotificationsArgs extends RegionalArgs {
  /** The region's own cluster. */
  readonly member: AuroraMember;
  readonly topics: Sns;
}

/**
 * Notifies people of events that AWS reports in a region: events of its database, among them a
 * failover of the global database and its fencing, and issues of AWS services.
 */
export class Notifications extends RegionalComponent<NotificationsArgs> {
  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Notifications", name, args, opts);
    this.createDatabaseEvents();
    this.createServiceTroubles();
    this.registerOutputs({});
  }

  /**
   * All categories, because RDS may record a global failover in either region. A failover is an
   * event of the cluster, the fencing of the old writer is one of an instance.
   */
  private createDatabaseEvents(): void {
    const { platform, region, member, topics } = this.args;
    const sources = {
      cluster: [member.cluster.clusterIdentifier],
      instance: member.instances.map((instance) => instance.identifier),
    };
    for (const [what, sourceIds] of Object.entries(sources)) {
      new aws.rds.EventSubscription(
        `${this.name}-${what}`,
        {
          name: platform.nameOf("eventSubscription", `database-${what}`, region),
          snsTopic: topics.alertsTopic.arn,
          sourceType: `db-${what}`,
          sourceIds,
        },
        // The topic's policy must allow RDS to publish first.
        { ...this.child, dependsOn: [topics] },
      );
    }
  }

  private createServiceTroubles(): void {
    const { platform, region, topics } = this.args;
    const rule = new aws.cloudwatch.EventRule(
      this.name,
      {
        name: platform.nameOf("eventRule", "service-troubles", region),
        description: "AWS Health reports an issue of a service in this region, or of a global one",
        eventPattern: JSON.stringify({
          source: ["aws.health"],
          // AWS Health sends a region's events to a second region as well.
          detail: {
            service: healthServices,
            eventTypeCategory: ["issue"],
            eventRegion: [region.name, "global"],
          },
        }),
        state: "ENABLED",
      },
      this.child,
    );
    new aws.cloudwatch.EventTarget(
      this.name,
      { rule: rule.name, arn: topics.alertsTopic.arn },
      { ...this.child, dependsOn: [topics] },
    );
  }
}
