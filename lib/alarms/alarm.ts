import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { WARM_UP_MINUTES } from "./thresholds";
import type { RegionalArgs } from "../platform/component";
import { type AlarmText, describeAlarm } from "./description";

export const MINUTE_SECONDS = 60;

/** What an alarm means and watches. Its name is the key that it is defined under. */
export interface AlarmDefinition extends AlarmText {
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
  /** Missing data sets the alarm off too, except while the alarm is new. */
  readonly breachesOnMissingData?: boolean;
  /** @default WARM_UP_MINUTES, used with `breachesOnMissingData` */
  readonly warmUpMinutes?: number;
}

/** Goes off when a metric has no data points for this many periods, whatever its value is. */
export function silence(periods: number) {
  return {
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: periods,
    breachesOnMissingData: true,
  } as const;
}

/** Definitions by the base of the alarm's name, in kebab-case. */
export type AlarmDefinitions<Name extends string> = Readonly<Record<Name, AlarmDefinition>>;

/** Alarms by the base of their names. */
export type NamedAlarms<Name extends string> = Readonly<Record<Name, aws.cloudwatch.MetricAlarm>>;

export interface AlarmArgs extends RegionalArgs {
  /**
   * Notified in ALARM state.
   * @default - nobody: the alarm is part of a composite
   */
  readonly topicArn?: pulumi.Input<string>;
  /** Whether the topic is notified of the return to OK, too. @default false */
  readonly notifiesOk?: boolean;
}

/**
 * Creates alarms. Unless its definition says otherwise, an alarm goes off when its metric is at
 * least 1 within one minute.
 */
export function createAlarms<Name extends string>(
  name: string,
  definitions: AlarmDefinitions<Name>,
  args: AlarmArgs,
  opts: pulumi.CustomResourceOptions,
): NamedAlarms<Name> {
  const created = Object.entries<AlarmDefinition>(definitions).map(
    ([base, definition]) => [base, createAlarm(name, base, definition, args, opts)] as const,
  );
  return Object.fromEntries(created) as NamedAlarms<Name>;
}

function createAlarm(
  name: string,
  base: string,
  definition: AlarmDefinition,
  { platform, region, topicArn, notifiesOk }: AlarmArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const { meaning, fault, first, next, metric, ...watched } = definition;
  const { breachesOnMissingData, warmUpMinutes, ...rest } = watched;
  const isMath = metric.metricQueries !== undefined;
  return new aws.cloudwatch.MetricAlarm(
    `${name}-${base}`,
    {
      name: platform.nameOf("alarm", base, region),
      alarmDescription: describeAlarm({ meaning, fault, first, ...(next && { next }) }),
      ...(!isMath && { period: MINUTE_SECONDS }),
      ...metric,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 1,
      ...rest,
      treatMissingData: breachesOnMissingData ? "breaching" : "notBreaching",
      ...(breachesOnMissingData && {
        warmUpConfiguration: { warmUpPeriodDurationInMinutes: warmUpMinutes ?? WARM_UP_MINUTES },
      }),
      ...(topicArn !== undefined && { alarmActions: [topicArn] }),
      ...(topicArn !== undefined && notifiesOk && { okActions: [topicArn] }),
    },
    opts,
  );
}

/** A metric, summed up by minute, as a part of metric math. */
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

/** The result of metric math, which the alarm watches. */
export function result(
  expression: string,
  label: string,
): aws.types.input.cloudwatch.MetricAlarmMetricQuery {
  return { id: "result", expression, label, returnData: true };
}
