import {
  type Lookup,
  flag,
  list,
  number,
  object,
  optionalNumber,
  optionalText,
  regionOf,
  text,
} from "./lookup";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmDescription {
  name: string;
  arn: string;
  region: string;
  /** Namespace, metric and dimensions as one text; undefined for metric mathematics. */
  seriesKey: string | undefined;
  periodMs: number;
  statistic: string;
  threshold: number;
  comparison: string;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  missingData: string;
  actions: Readonly<Record<AlarmState, readonly string[]>>;
}

export interface CompositeDescription {
  name: string;
  arn: string;
  region: string;
  /** Names or ARNs of the alarms the rule speaks of. */
  children: readonly string[];
  rule: (stateOf: (nameOrArn: string) => AlarmState) => boolean;
  actions: Readonly<Record<AlarmState, readonly string[]>>;
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
    const metric = optionalText(alarm, "metricName");
    const evaluationPeriods = number(alarm, "evaluationPeriods", 1);
    return {
      name: text(alarm, "name"),
      arn: text(alarm, "arn"),
      region: regionOf(alarm),
      seriesKey:
        metric === undefined
          ? undefined
          : seriesKey(
              text(alarm, "namespace"),
              metric,
              (object(alarm, "dimensions") ?? {}) as Record<string, string>,
            ),
      periodMs: number(alarm, "period", 60) * 1000,
      statistic: optionalText(alarm, "statistic") ?? "Average",
      threshold: number(alarm, "threshold", 0),
      comparison: text(alarm, "comparisonOperator"),
      evaluationPeriods,
      datapointsToAlarm: optionalNumber(alarm, "datapointsToAlarm") ?? evaluationPeriods,
      missingData: optionalText(alarm, "treatMissingData") ?? "missing",
      actions: actionsOf(alarm),
    };
  });
}

export function describeComposites(lookup: Lookup): CompositeDescription[] {
  return lookup.all("aws:cloudwatch/compositeAlarm:CompositeAlarm").map((alarm) => {
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

function actionsOf(alarm: Parameters<typeof text>[0]): Record<AlarmState, readonly string[]> {
  const isEnabled = flag(alarm, "actionsEnabled", true);
  const of = (property: string): readonly string[] =>
    isEnabled ? list<string>(alarm, property) : [];
  return {
    ALARM: of("alarmActions"),
    OK: of("okActions"),
    INSUFFICIENT_DATA: of("insufficientDataActions"),
  };
}

type Rule = CompositeDescription["rule"];

/** CloudWatch's rule language: ALARM(name), OK(name), INSUFFICIENT_DATA(name), TRUE, AND, OR, NOT. */
export function parseRule(rule: string): { evaluate: Rule; children: string[] } {
  const tokens = rule.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
  const children: string[] = [];
  let at = 0;
  const fail = (): never => {
    throw new Error(`composite rule ${rule}: not understood at ${tokens[at] ?? "its end"}`);
  };
  const expect = (token: string): void => {
    if (tokens[at++] !== token) fail();
  };
  const term = (): Rule => {
    const token = tokens[at++];
    if (token === "(") {
      const inner = either();
      expect(")");
      return inner;
    }
    if (token === "NOT") {
      const inner = term();
      return (stateOf) => !inner(stateOf);
    }
    if (token === "TRUE" || token === "FALSE") return () => token === "TRUE";
    if (token !== "ALARM" && token !== "OK" && token !== "INSUFFICIENT_DATA") return fail();
    expect("(");
    const name = (tokens[at++] ?? fail()).replace(/^"|"$/g, "");
    expect(")");
    children.push(name);
    return (stateOf) => stateOf(name) === token;
  };
  const both = (): Rule => {
    const terms = [term()];
    while (tokens[at] === "AND") {
      at++;
      terms.push(term());
    }
    return (stateOf) => terms.every((each) => each(stateOf));
  };
  const either = (): Rule => {
    const terms = [both()];
    while (tokens[at] === "OR") {
      at++;
      terms.push(both());
    }
    return (stateOf) => terms.some((each) => each(stateOf));
  };
  const evaluate = either();
  if (at !== tokens.length) fail();
  return { evaluate, children };
}
