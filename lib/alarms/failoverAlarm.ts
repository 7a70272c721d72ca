import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { METRIC_NAMESPACE } from "../../lambda/runtime/log";
import { BAD_PROBES_IN_ROW, LOOK_SLOT_SECONDS } from "../../lambda/detection/tunables";
import type { LambdaFunction } from "../functions/lambdaFunction";
import type { Platform, Region } from "../platform/platform";

/** A metric of look(), which runs in the standby region and sees both. */
export type LookMetric = "HomeProbeFailed" | "StandbyProbeFailed" | "HomeCanaryFailed";

/** Dimensions and namespace of a metric of look(). */
export function lookMetric(platform: Platform, metricName: LookMetric) {
  return {
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensions: { Environment: platform.config.env },
  };
}

export interface FailoverAlarmArgs {
  readonly platform: Platform;
  /** Where look() publishes: the standby region. A composite sees no alarm of another region. */
  readonly region: Region;
  readonly orchestrator: LambdaFunction;
  /** Tells people what wakes the orchestrator. */
  readonly failoverTopicArn: pulumi.Input<string>;
}

/**
 * The composite alarm `failover`: home unreachable and the standby reachable, as seen from the
 * standby region. It wakes the orchestrator, which looks for itself. Missing data is no alarm: own
 * blindness is never a sign.
 */
export class FailoverAlarm extends pulumi.ComponentResource {
  readonly composite: aws.cloudwatch.CompositeAlarm;

  constructor(
    private readonly name: string,
    private readonly args: FailoverAlarmArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:FailoverAlarm", name, {}, opts);
    const homeUnreachable = this.createLookAlarm("home-unreachable", {
      alarmDescription: "Every probe of home failed in three slots in a row",
      ...lookMetric(args.platform, "HomeProbeFailed"),
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: BAD_PROBES_IN_ROW,
      datapointsToAlarm: BAD_PROBES_IN_ROW,
    });
    const standbyReachable = this.createLookAlarm("standby-reachable", {
      alarmDescription: "A probe of the standby succeeded; the normal state",
      ...lookMetric(args.platform, "StandbyProbeFailed"),
      comparisonOperator: "LessThanThreshold",
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
    });
    this.composite = this.createComposite(homeUnreachable, standbyReachable);
    this.permitInvocation();
    this.registerOutputs({ compositeArn: this.composite.arn });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.region.provider };
  }

  private createLookAlarm(
    what: string,
    args: aws.cloudwatch.MetricAlarmArgs,
  ): aws.cloudwatch.MetricAlarm {
    const { platform, region } = this.args;
    return new aws.cloudwatch.MetricAlarm(
      `${this.name}-${what}`,
      {
        name: platform.nameOf("alarm", what, region),
        period: LOOK_SLOT_SECONDS,
        // Several loops look at the same slots: one that got through is enough.
        statistic: "Minimum",
        threshold: 1,
        treatMissingData: "notBreaching",
        ...args,
      },
      this.child,
    );
  }

  private createComposite(
    homeUnreachable: aws.cloudwatch.MetricAlarm,
    standbyReachable: aws.cloudwatch.MetricAlarm,
  ): aws.cloudwatch.CompositeAlarm {
    const { platform, region, orchestrator, failoverTopicArn } = this.args;
    return new aws.cloudwatch.CompositeAlarm(
      `${this.name}-composite`,
      {
        alarmName: platform.nameOf("alarm", "failover", region),
        alarmDescription: "Home is unreachable and the standby is not: wakes the orchestrator",
        alarmRule: pulumi.interpolate`ALARM(${homeUnreachable.name}) AND ALARM(${standbyReachable.name})`,
        alarmActions: [orchestrator.arn, failoverTopicArn],
      },
      this.child,
    );
  }

  private permitInvocation(): void {
    new aws.lambda.Permission(
      `${this.name}-composite`,
      {
        action: "lambda:InvokeFunction",
        function: this.args.orchestrator.functionName,
        principal: "lambda.alarms.cloudwatch.amazonaws.com",
        sourceAccount: this.args.platform.accountId,
        sourceArn: this.composite.arn,
      },
      this.child,
    );
  }
}
