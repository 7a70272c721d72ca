import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmTargets, ordersMetric, otherRegion } from "./targets";
import type { Monitoring } from "../monitoring";
import type { RegionalFunctions } from "../lambda";
import { failoverAlarmArns, wakingAlarmArns } from "./failoverAlarms";
import { type ProbeMetric, probeMetric } from "./probeMetric";
import type { Pair, Region } from "../platform/platform";
import type { Synthetics } from "../synthetics";
import { RegionalComponent } from "../platform/component";
import { type Metric, type Section, type Widget, graph, placed } from "./widgets";

export interface DashboardArgs extends AlarmTargets {
  readonly synthetics: Synthetics;
  /** Of both regions: each dashboard shows an outage of either. */
  readonly monitoring: Pair<Monitoring>;
}

/** A region's dashboard. From top to bottom it answers what an operator asks in an outage. */
export class Dashboard extends RegionalComponent<DashboardArgs> {
  /** The console URL of the dashboard. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Dashboard", name, args, opts);
    const { platform, region } = args;
    const sections: Section[] = [
      { question: "Are we serving?", widgets: this.serving() },
      { question: "From where?", widgets: this.where() },
      { question: "Could we move?", widgets: this.movable() },
      { question: "What is open?", widgets: this.open() },
      { question: "What lags?", widgets: this.copies() },
      { question: "Which part fails?", widgets: this.parts() },
    ];
    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName: platform.nameOf("dashboard", "orders", region),
        dashboardBody: pulumi.jsonStringify({ widgets: placed(sections) }),
      },
      this.child,
    );
    const console = `https://${region.name}.console.aws.amazon.com/cloudwatch/home`;
    this.url = pulumi.interpolate`${console}?region=${region.name}#dashboards/dashboard/${dashboard.dashboardName}`;
    this.registerOutputs({ url: this.url });
  }

  private graph(title: string, metrics: readonly Metric[]): Widget {
    return graph(title, this.args.region, metrics);
  }

  private ordersIn(region: Region, metricName: string, stat = "Sum"): Metric {
    return { ...ordersMetric({ ...this.args, region }, metricName), stat, region };
  }

  /** One metric of the handlers, from both regions. */
  private inBoth(metricName: string, stat?: string): Metric[] {
    const { home, standby } = this.args.platform;
    return [home, standby].map((region) => this.ordersIn(region, metricName, stat));
  }

  private serving(): Widget[] {
    const { platform, monitoring, region, synthetics, api } = this.args;
    const { degraded, alarms } = monitoring[region.key];
    const arns = [degraded, ...alarms].map((alarm) => alarm.arn);
    if (region.key === "standby") arns.push(...failoverAlarmArns(platform));
    const apiMetric = (metricName: string, stat: string) => ({
      namespace: "AWS/ApiGateway",
      metricName,
      dimensions: { ApiName: api.api.name, Stage: api.stage.stageName },
      stat,
    });
    return [
      { type: "alarm", properties: { title: "Alarms", alarms: arns } },
      this.graph("Orders", [...this.inBoth("OrdersAccepted"), ...this.inBoth("OrdersFailed")]),
      this.graph(
        "Canaries",
        Object.values(synthetics.canaries).map(({ name: CanaryName }) => ({
          namespace: "CloudWatchSynthetics",
          metricName: "SuccessPercent",
          dimensions: { CanaryName },
          stat: "Average",
        })),
      ),
      this.graph(
        "API",
        ["Count", "4XXError", "5XXError"].map((each) => apiMetric(each, "Sum")),
      ),
      this.graph("API, milliseconds", [apiMetric("Latency", "p50"), apiMetric("Latency", "p99")]),
    ];
  }

  private where(): Widget[] {
    const { platform, route53 } = this.args;
    const healthy = ({ id: HealthCheckId }: { id: pulumi.Input<string> }) => ({
      namespace: "AWS/Route53",
      metricName: "HealthCheckStatus",
      dimensions: { HealthCheckId },
      stat: "Minimum",
      region: platform.home,
    });
    return [
      this.graph("Orders settled", this.inBoth("OrdersSettled")),
      this.graph(
        "DNS: home is healthy, the name is at home, the standby is healthy",
        [route53.homeCheck, route53.inServiceCheck, route53.standbyCheck].map(healthy),
      ),
      this.graph("Failovers: seconds to settle, seconds at risk", [
        ...this.inBoth("RtoSeconds", "Maximum"),
        ...this.inBoth("RpoSeconds", "Maximum"),
      ]),
    ];
  }

  private movable(): Widget[] {
    const { platform, region } = this.args;
    const probe = (metricName: ProbeMetric) => ({
      ...probeMetric(platform, metricName),
      stat: "Maximum",
      region: platform.standby,
    });
    return [
      {
        type: "alarm",
        properties: {
          title:
            region.key === "home"
              ? "Invokes the orchestrator"
              : "Invoke the orchestrator (standby-reachable is normally in ALARM state)",
          alarms: wakingAlarmArns(platform, region),
        },
      },
      this.graph("Probes of the regions", [
        probe("HomeProbeFailed"),
        probe("StandbyProbeFailed"),
        probe("HomeCanaryFailed"),
      ]),
      this.graph("The standby could not take over", [
        this.ordersIn(platform.standby, "FailoverNotReady", "Maximum"),
      ]),
    ];
  }

  private open(): Widget[] {
    const { queues } = this.args;
    const queueMetric = (metricName: string, QueueName: pulumi.Input<string>) => ({
      namespace: "AWS/SQS",
      metricName,
      dimensions: { QueueName },
      stat: "Maximum",
    });
    return [
      this.graph("Open orders", this.inBoth("OpenOrders", "Maximum")),
      this.graph("Oldest open order, seconds", this.inBoth("OldestOpenSeconds", "Maximum")),
      this.graph("Queues", [
        queueMetric("ApproximateNumberOfMessagesVisible", queues.orders.name),
        queueMetric("ApproximateNumberOfMessagesVisible", queues.backlog.name),
        queueMetric("ApproximateNumberOfMessagesVisible", queues.deadLetters.name),
        queueMetric("ApproximateAgeOfOldestMessage", queues.orders.name),
      ]),
    ];
  }

  private parts(): Widget[] {
    const { functions, member } = this.args;
    const databaseMetric = (metricName: string) => ({
      namespace: "AWS/RDS",
      metricName,
      dimensions: { DBClusterIdentifier: member.cluster.clusterIdentifier },
      stat: "Maximum",
    });
    return [
      this.graph("Errors of functions", ofEach(functions, "Errors", "Sum")),
      this.graph("Duration of functions, milliseconds", ofEach(functions, "Duration", "p99")),
      this.graph("Database", ["CPUUtilization", "DatabaseConnections"].map(databaseMetric)),
    ];
  }

  /** The replication lag of each copy, from the region that publishes it. */
  private copies(): Widget[] {
    const { region, dynamodb, s3, member } = this.args;
    const other = otherRegion(this.args);
    return [
      this.graph("Behind the other region", [
        {
          namespace: "AWS/RDS",
          metricName: "AuroraGlobalDBRPOLag",
          dimensions: { DBClusterIdentifier: member.cluster.clusterIdentifier },
          stat: "Maximum",
        },
        {
          namespace: "AWS/DynamoDB",
          metricName: "ReplicationLatency",
          dimensions: { TableName: dynamodb.sessions.name, ReceivingRegion: region.name },
          stat: "Average",
          region: other,
        },
        {
          namespace: "AWS/S3",
          metricName: "ReplicationLatency",
          dimensions: {
            SourceBucket: s3.buckets[other.key].bucket.bucket,
            DestinationBucket: s3.buckets[region.key].bucket.bucket,
            RuleId: s3.ruleIds[other.key],
          },
          stat: "Maximum",
        },
      ]),
    ];
  }
}

/** One metric of Lambda for each function of a region. */
function ofEach(functions: RegionalFunctions, metricName: string, stat: string): Metric[] {
  return Object.values(functions.all).map((target) => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: target.function.name },
    stat,
  }));
}
