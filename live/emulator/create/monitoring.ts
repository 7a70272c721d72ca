import {
  PutCompositeAlarmCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { PutRuleCommand } from "@aws-sdk/client-eventbridge";
import { type Declared, capitalized, listOf, textOf } from "../program";
import type { Stage } from "./stage";

/**
 * Creates alarms, composites and dashboards. Their actions are disabled: the emulator evaluates alarms
 * differently from CloudWatch, so others evaluate them here.
 */
export async function createAlarms({ declarations, clients }: Stage): Promise<void> {
  for (const alarm of declarations.all("cloudwatch/metricAlarm:MetricAlarm")) {
    await clients(alarm.region).cloudwatch.send(new PutMetricAlarmCommand(alarmOf(alarm)));
  }
  for (const alarm of declarations.all("cloudwatch/compositeAlarm:CompositeAlarm")) {
    await clients(alarm.region).cloudwatch.send(
      new PutCompositeAlarmCommand({
        AlarmName: textOf(alarm, "alarmName"),
        AlarmRule: textOf(alarm, "alarmRule"),
        AlarmActions: listOf(alarm, "alarmActions"),
        ActionsEnabled: false,
      }),
    );
  }
  for (const dashboard of declarations.all("cloudwatch/dashboard:Dashboard")) {
    await clients(dashboard.region).cloudwatch.send(
      new PutDashboardCommand({
        DashboardName: textOf(dashboard, "dashboardName"),
        DashboardBody: textOf(dashboard, "dashboardBody"),
      }),
    );
  }
}

/** Creates the rules without targets: schedules come from elsewhere, see `--speed`. */
export async function createRules({ declarations, clients }: Stage): Promise<void> {
  for (const rule of declarations.all("cloudwatch/eventRule:EventRule")) {
    const { scheduleExpression, eventPattern } = rule.inputs as Record<string, string | undefined>;
    await clients(rule.region).events.send(
      new PutRuleCommand({
        Name: textOf(rule, "name"),
        State: "ENABLED",
        ...(scheduleExpression === undefined ? {} : { ScheduleExpression: scheduleExpression }),
        ...(eventPattern === undefined ? {} : { EventPattern: eventPattern }),
      }),
    );
  }
}

interface Query {
  id: string;
  expression?: string;
  returnData?: boolean;
  metric?: {
    namespace: string;
    metricName: string;
    stat: string;
    period: number;
    dimensions?: Record<string, string>;
  };
}

const dimensionsOf = (dimensions: Readonly<Record<string, string>> = {}) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

function alarmOf(alarm: Declared): PutMetricAlarmCommandInput {
  const { name, alarmActions, okActions, dimensions, metricQueries, ...rest } = alarm.inputs;
  const queries = (metricQueries as Query[] | undefined)?.map(({ id, metric, ...query }) => ({
    Id: id,
    ...(capitalized(query) as object),
    ...(metric === undefined
      ? {}
      : {
          MetricStat: {
            Metric: {
              Namespace: metric.namespace,
              MetricName: metric.metricName,
              Dimensions: dimensionsOf(metric.dimensions),
            },
            Period: metric.period,
            Stat: metric.stat,
          },
        }),
  }));
  const own = Object.fromEntries(
    ["comparisonOperator", "evaluationPeriods", "metricName", "namespace", "period", "statistic"]
      .concat(["threshold", "treatMissingData", "datapointsToAlarm"])
      .filter((input) => rest[input] !== undefined)
      .map((input) => [input, rest[input]]),
  );
  return {
    ...(capitalized(own) as PutMetricAlarmCommandInput),
    AlarmName: name as string,
    AlarmActions: (alarmActions ?? []) as string[],
    OKActions: (okActions ?? []) as string[],
    ActionsEnabled: false,
    ...(queries === undefined
      ? { Dimensions: dimensionsOf(dimensions as Record<string, string>) }
      : { Metrics: queries }),
  };
}
