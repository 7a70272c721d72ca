import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BAD_PROBES_IN_ROW, LOOK_SLOT_SECONDS } from "../../lambda/detection/tunables";
import { READINESS_EVERY_MINUTES } from "../../lambda/failover/tunables";
import type { LambdaFunction } from "../functions/lambdaFunction";
import type { Platform, Region } from "../platform/platform";
import { type Sns, wakingAlarm } from "../sns";
import { type AlarmDefinition, MINUTE_SECONDS, createAlarms, silence } from "./alarm";
import { allAlarmed } from "./composite";
import { describeAlarm } from "./description";
import { probeMetric } from "./probeMetric";
import { ordersMetric } from "./targets";
import { BLIND_PERIOD_SECONDS, NOT_READY_REPORTS, READINESS_WATCHED } from "./thresholds";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

export interface FailoverAlarmsArgs extends RegionalArgs {
  readonly orchestrator: LambdaFunction;
  readonly sentinel: LambdaFunction;
  /** Of the standby region. */
  readonly topics: Sns;
}

type Watched = Pick<FailoverAlarmsArgs, "platform" | "orchestrator" | "sentinel">;

const errors = (what: string, target: LambdaFunction): AlarmDefinition => ({
  meaning: `Invocations of the ${what} fail or time out, so an automatic failover is at risk`,
  fault: "a deployment broke the function, or the ledger does not answer",
  first: "dr readiness",
  next: `read the log group of the ${what}`,
  metric: {
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: { FunctionName: target.function.name },
    statistic: "Sum",
  },
});

/** Alarms that notify people: an automatic failover is at risk. */
const notifying = {
  "probes-missing": ({ platform }: Watched): AlarmDefinition => ({
    meaning: "Nobody probes home, so no failover would start automatically",
    fault: "the standby region is lost, or its functions are throttled or not scheduled",
    first: "dr readiness",
    next: "check the schedules and throttles of the sentinel and the orchestrator",
    metric: {
      ...probeMetric(platform, "HomeProbeFailed"),
      statistic: "SampleCount",
      period: BLIND_PERIOD_SECONDS,
    },
    ...silence(MINUTE_SECONDS / BLIND_PERIOD_SECONDS),
  }),
  "failover-not-ready": ({ platform }: Watched): AlarmDefinition => ({
    meaning: "The standby could not take over: for most of 25 minutes something was in the way",
    fault:
      "the standby's cluster has no available instance, or automatic failover is kept disarmed",
    first: "dr readiness",
    next: "read 'readiness for a failover' in the log group of the orchestrator",
    metric: {
      ...ordersMetric({ platform, region: platform.standby }, "FailoverNotReady"),
      statistic: "Maximum",
      period: READINESS_EVERY_MINUTES * MINUTE_SECONDS,
    },
    evaluationPeriods: READINESS_WATCHED,
    datapointsToAlarm: NOT_READY_REPORTS,
  }),
  "evidence-ignored": ({ platform }: Watched): AlarmDefinition => ({
    meaning: "An item in the ledger that detection reads makes no sense and is ignored",
    fault: "somebody else wrote the item",
    first: "dr status",
    next: "read 'evidence makes no sense' in the log groups of the sentinel and the orchestrator; its region writes it anew within seconds",
    metric: {
      ...ordersMetric({ platform, region: platform.standby }, "EvidenceIgnored"),
      statistic: "Sum",
    },
  }),
  "sentinel-errors": ({ sentinel }: Watched) => errors("sentinel", sentinel),
  "orchestrator-errors": ({ orchestrator }: Watched) => errors("orchestrator", orchestrator),
};

/** ARNs of the alarms that notify people. The dashboard that shows them is created earlier. */
export function failoverAlarmArns(platform: Platform): pulumi.Output<string>[] {
  return alarmArns(platform, platform.standby, Object.keys(notifying));
}

/** ARNs of a region's alarm that invokes the orchestrator, and of the alarms in its rule. */
export function wakingAlarmArns(platform: Platform, region: Region): pulumi.Output<string>[] {
  const parts = region.key === "standby" ? ["home-unreachable", "standby-reachable"] : [];
  return alarmArns(platform, region, [wakingAlarm[region.key], ...parts]);
}

function alarmArns({ accountId, nameOf }: Platform, region: Region, names: readonly string[]) {
  return names.map((base) => {
    const name = nameOf("alarm", base, region);
    return pulumi.interpolate`arn:aws:cloudwatch:${region.name}:${accountId}:alarm:${name}`;
  });
}

/**
 * Alarms about failing over, in the standby region. The composite `home-lost` invokes the
 * orchestrator when home is unreachable and the standby is reachable; the orchestrator then probes
 * for itself. For the composite, missing data is not a sign of an outage: it means that the
 * standby cannot see.
 */
export class FailoverAlarms extends RegionalComponent<FailoverAlarmsArgs> {
  constructor(name: string, args: FailoverAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("FailoverAlarms", name, args, opts);
    this.createNotifying();
    this.createHomeLost();
    this.registerOutputs({});
  }

  private createNotifying(): void {
    const { platform, topics } = this.args;
    const definitions = Object.fromEntries(
      Object.entries(notifying).map(([base, define]) => [base, define(this.args)]),
    );
    const topicArn = topics.alertsTopic.arn;
    const args = { platform, region: platform.standby, topicArn, notifiesOk: true };
    createAlarms(this.name, definitions, args, this.child);
  }

  private createHomeLost(): void {
    const { platform, orchestrator, topics } = this.args;
    const region = platform.standby;
    const probe = (metricName: Parameters<typeof probeMetric>[1]) => ({
      ...probeMetric(platform, metricName),
      period: LOOK_SLOT_SECONDS,
      // Several invocations probe in the same slot: one success is enough.
      statistic: "Minimum",
    });
    const probed = createAlarms(
      this.name,
      {
        "home-unreachable": {
          meaning: "Every probe of home failed in three slots in a row; a part of home-lost",
          fault: "the loss of home",
          first: "dr status",
          metric: probe("HomeProbeFailed"),
          evaluationPeriods: BAD_PROBES_IN_ROW,
          datapointsToAlarm: BAD_PROBES_IN_ROW,
        },
        "standby-reachable": {
          meaning:
            "A probe of the standby succeeded, which is the normal state; a part of home-lost",
          fault: "none",
          first: "dr status",
          metric: probe("StandbyProbeFailed"),
          comparisonOperator: "LessThanThreshold",
          datapointsToAlarm: 1,
        },
      },
      { platform, region },
      this.child,
    );
    const composite = new aws.cloudwatch.CompositeAlarm(
      `${this.name}-home-lost`,
      {
        alarmName: platform.nameOf("alarm", wakingAlarm.standby, region),
        alarmDescription: describeAlarm({
          meaning:
            "Home is unreachable and the standby is reachable; invokes the orchestrator, which then polls home itself",
          fault: "the loss of home",
          first: "dr status",
        }),
        alarmRule: allAlarmed(probed["home-unreachable"], probed["standby-reachable"]),
        alarmActions: [orchestrator.function.arn, topics.failoverTopic.arn],
      },
      this.child,
    );
    this.permitInvocation(composite);
  }

  private permitInvocation(composite: aws.cloudwatch.CompositeAlarm): void {
    const { platform, orchestrator } = this.args;
    new aws.lambda.Permission(
      `${this.name}-home-lost`,
      {
        action: "lambda:InvokeFunction",
        function: orchestrator.function.name,
        principal: "lambda.alarms.cloudwatch.amazonaws.com",
        sourceAccount: platform.accountId,
        sourceArn: composite.arn,
      },
      this.child,
    );
  }
}
