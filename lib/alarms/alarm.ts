import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { WARM_UP_MINUTES } from "./thresholds";
import type { Platform, Region } from "../platform/platform";

export const MINUTE_SECONDS = 60;

/** What an alarm watches; whom it tells is said where it is made. */
export interface AlarmDefinition {
  /** Base of the alarm's name. */
  readonly what: string;
  /** What is wrong when it rings, for whoever gets the message. */
  readonly alarmDescription: string;
  readonly metric: Pick<
    aws.cloudwatch.MetricAlarmArgs,
    "namespace" | "metricName" | "dimensions" | "statistic" | "metricQueries" | "period"
  >;
  /** @default 1 */
  readonly threshold?: number;
  /** @default GreaterThanOrEqualToThreshold */
  readonly comparisonOperator?: string;
  /** @default 1 */
  readonly evaluationPeriods?: number;
  /** @default - as many as `evaluationPeriods` */
  readonly datapointsToAlarm?: number;
  /** Silence is trouble: rings without data too, except while the alarm is new. */
  readonly ringsOnSilence?: boolean;
  /** @default WARM_UP_MINUTES, used with `ringsOnSilence` */
  readonly warmUpMinutes?: number;
}

/** Something is there no more: counts data points of whatever value, none in a row of periods. */
export function silence(periods: number) {
  return {
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: periods,
    ringsOnSilence: true,
  } as const;
}

export interface AlarmArgs {
  readonly platform: Platform;
  readonly region: Region;
  readonly definition: AlarmDefinition;
  /** Told when it rings. */
  readonly topicArn: pulumi.Input<string>;
  /** Told when it is over, too. @default false */
  readonly tellsEnd?: boolean;
}

/** One alarm; at least one within one minute, unless its definition says otherwise. */
export function createAlarm(
  name: string,
  { platform, region, definition, topicArn, tellsEnd }: AlarmArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { what, alarmDescription, metric, ringsOnSilence, warmUpMinutes, ...rest } = definition;
  const isMath = metric.metricQueries !== undefined;
  return new aws.cloudwatch.MetricAlarm(
    `${name}-${what}`,
    {
      name: platform.nameOf("alarm", what, region),
      alarmDescription,
      ...(!isMath && { period: MINUTE_SECONDS }),
      ...metric,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 1,
      ...rest,
      treatMissingData: ringsOnSilence ? "breaching" : "notBreaching",
      ...(ringsOnSilence && {
        warmUpConfiguration: { warmUpPeriodDurationInMinutes: warmUpMinutes ?? WARM_UP_MINUTES },
      }),
      alarmActions: [topicArn],
      ...(tellsEnd && { okActions: [topicArn] }),
    },
    opts,
  );
}

/** A metric of one minute as a member of metric mathematics. */
export function minuteOf(
  id: string,
  stat: string,
  metric: {
    namespace: string;
    metricName: string;
    dimensions: Record<string, pulumi.Input<string>>;
  },
): aws.types.input.cloudwatch.MetricAlarmMetricQuery {
  return { id, metric: { ...metric, stat, period: MINUTE_SECONDS } };
}

/** The result of metric mathematics, which the alarm looks at. */
export function result(
  expression: string,
  label: string,
): aws.types.input.cloudwatch.MetricAlarmMetricQuery {
  return { id: "result", expression, label, returnData: true };
}
