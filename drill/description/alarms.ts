import { type AlarmState, type Rule, parseRule } from "../../support/cloudwatch/alarmRule";
import {
  type Lookup,
  type Resource,
  flag,
  list,
  number,
  object,
  optionalNumber,
  optionalText,
  refuse,
  regionOf,
  text,
} from "./lookup";
import { type Expression, parseExpression } from "./metricMath";

/** A metric as an alarm reads it. */
export interface MetricDescription {
  id: string;
  /** Namespace, metric and dimensions joined into one string. */
  seriesKey: string;
  statistic: string;
}

export interface AlarmDescription {
  name: string;
  arn: string;
  region: string;
  metrics: readonly MetricDescription[];
  /** The value compared with the threshold: a metric, or an expression over several. */
  value: Expression;
  periodMs: number;
  threshold: number;
  comparison: string;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  missingData: string;
  /** For this long after its creation, a new alarm does not go off because of missing data. */
  warmUpMs: number;
  actions: Actions;
}

export type Actions = Readonly<Record<AlarmState, readonly string[]>>;

export interface CompositeDescription {
  name: string;
  arn: string;
  region: string;
  /** Names or ARNs of the alarms in the rule. */
  children: readonly string[];
  rule: Rule;
  actions: Actions;
}

export function seriesKey(
  namespace: string,
  metric: string,
  dimensions: Readonly<Record<string, string>>,
): string {
  const sorted = Object.keys(dimensions)
    .sort()
    .map((name) => `${name}=${dimensions[name]}`);
  return [namespace, metric, ...sorted].join("|");
}

export function describeAlarms(lookup: Lookup): AlarmDescription[] {
  return lookup.all("aws:cloudwatch/metricAlarm:MetricAlarm").map((alarm) => {
    const evaluationPeriods = number(alarm, "evaluationPeriods", 1);
    return {
      name: text(alarm, "name"),
      arn: text(alarm, "arn"),
      region: regionOf(alarm),
      ...(optionalText(alarm, "metricName") === undefined ? mathematics(alarm) : single(alarm)),
      threshold: number(alarm, "threshold", 0),
      comparison: text(alarm, "comparisonOperator"),
      evaluationPeriods,
      datapointsToAlarm: optionalNumber(alarm, "datapointsToAlarm") ?? evaluationPeriods,
      missingData: optionalText(alarm, "treatMissingData") ?? "missing",
      warmUpMs:
        Number(object(alarm, "warmUpConfiguration")?.["warmUpPeriodDurationInMinutes"] ?? 0) *
        60_000,
      actions: actionsOf(alarm),
    };
  });
}

type Watched = Pick<AlarmDescription, "metrics" | "value" | "periodMs">;
type Dimensions = Readonly<Record<string, string>>;

function single(alarm: Resource): Watched {
  const dimensions = (object(alarm, "dimensions") ?? {}) as Dimensions;
  const key = seriesKey(text(alarm, "namespace"), text(alarm, "metricName"), dimensions);
  const statistic = optionalText(alarm, "statistic") ?? "Average";
  return {
    metrics: [{ id: "m", seriesKey: key, statistic }],
    value: (valueOf) => valueOf("m"),
    periodMs: number(alarm, "period", 60) * 1000,
  };
}

interface Query {
  id: string;
  expression?: string;
  returnData?: boolean;
  metric?: {
    namespace: string;
    metricName: string;
    dimensions?: Dimensions;
    stat: string;
    period: number;
  };
}

function mathematics(alarm: Resource): Watched {
  const queries = list<Query>(alarm, "metricQueries");
  const expressions = new Map<string, Expression>();
  const metrics: MetricDescription[] = [];
  const periods = new Set<number>();
  for (const { id, expression, metric } of queries) {
    if (metric === undefined) expressions.set(id, parseExpression(expression ?? ""));
    else {
      const { namespace, metricName, dimensions = {}, stat, period } = metric;
      metrics.push({
        id,
        seriesKey: seriesKey(namespace, metricName, dimensions),
        statistic: stat,
      });
      periods.add(period * 1000);
    }
  }
  const [periodMs] = periods;
  const result = queries.find(({ returnData }) => returnData === true)?.id;
  if (periodMs === undefined || periods.size > 1 || result === undefined) {
    throw new Error(
      `${alarm.type} ${alarm.name}: periods of ${[...periods].join(", ")} ms and result ` +
        `"${result}"; modelled are metrics of one period and one query that returns data`,
    );
  }
  const value: Expression = (valueOf) => {
    const resolve = (id: string): number | undefined =>
      expressions.get(id)?.(resolve) ?? (expressions.has(id) ? undefined : valueOf(id));
    return resolve(result);
  };
  return { metrics, value, periodMs };
}

export function describeComposites(lookup: Lookup): CompositeDescription[] {
  return lookup.all("aws:cloudwatch/compositeAlarm:CompositeAlarm").map((alarm) => {
    refuse(alarm, "actionsSuppressor");
    const rule = parseRule(text(alarm, "alarmRule"));
    return {
      name: text(alarm, "alarmName"),
      arn: text(alarm, "arn"),
      region: regionOf(alarm),
      children: rule.children,
      rule: rule.evaluate,
      actions: actionsOf(alarm),
    };
  });
}

function actionsOf(alarm: Resource): Actions {
  const isEnabled = flag(alarm, "actionsEnabled", true);
  const of = (property: string): readonly string[] =>
    isEnabled ? list<string>(alarm, property) : [];
  return {
    ALARM: of("alarmActions"),
    OK: of("okActions"),
    INSUFFICIENT_DATA: of("insufficientDataActions"),
  };
}
