import type { AssumptionName } from "../assumptions";
import {
  type AlarmDescription,
  type AlarmState,
  type CompositeDescription,
  seriesKey,
} from "../description/alarms";
import type { CallContext } from "../description/policy";
import type { Base } from "./base";
import type { Lambda } from "./lambda";
import { Series, evaluate } from "./series";
import type { Input, Reply, Service } from "./service";
import type { Sns } from "./sns";

interface Alarm {
  description: AlarmDescription;
  series: Series;
  state: AlarmState;
}

interface Composite {
  description: CompositeDescription;
  state: AlarmState;
}

interface Datum {
  MetricName: string;
  Value: number;
  Timestamp?: Date;
  Dimensions?: { Name: string; Value: string }[];
  StorageResolution?: number;
}

/** A line of a function's output, with metrics where it is in the embedded format. */
export type LogEntry = Readonly<Record<string, unknown>> & { readonly _aws?: Embedded };

interface Embedded {
  Timestamp: number;
  CloudWatchMetrics: {
    Namespace: string;
    Dimensions: string[][];
    Metrics: { Name: string; StorageResolution?: number }[];
  }[];
}

/** Metrics that some alarm looks at, the alarms, and what they set off when their state changes. */
export class Cloudwatch implements Service {
  readonly name = "monitoring";
  /** Regions whose CloudWatch stands still, as a fault. */
  readonly down = new Set<string>();
  private readonly alarms: Alarm[] = [];
  private readonly composites: Composite[] = [];
  /** By region, then namespace, metric and dimensions. */
  private readonly series = new Map<string, Series[]>();
  private readonly metricsByRegion = new Map<string, Set<string>>();

  constructor(
    private readonly base: Base,
    private readonly lambda: Lambda,
    private readonly sns: Sns,
  ) {
    for (const description of base.program.alarms) this.addAlarm(description);
    for (const description of base.program.composites) {
      this.composites.push({ description, state: "OK" });
    }
  }

  latency(): AssumptionName {
    return "metricCallMs";
  }

  permission(): readonly [string, string] {
    return ["cloudwatch:PutMetricData", "*"];
  }

  context(input: Input): CallContext {
    return { "cloudwatch:namespace": String(input["Namespace"]) };
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    if (command !== "PutMetricDataCommand") throw new Error(`${command} is not modelled`);
    if (this.down.has(region)) return;
    const put = (input["MetricData"] as Datum[]).flatMap((datum) => {
      if (this.metricsByRegion.get(region)?.has(datum.MetricName) !== true) return [];
      const dimensions = (datum.Dimensions ?? []).map(({ Name, Value }) => [Name, Value] as const);
      const key = keyOf(String(input["Namespace"]), datum.MetricName, dimensions);
      const list = this.series.get(`${region}|${key}`) ?? [];
      const atMs = datum.Timestamp?.getTime() ?? this.base.nowMs;
      return list.map((series) => ({ series, atMs, datum }));
    });
    // What one call brings becomes visible together.
    if (put.length > 0) {
      this.base.afterDraw("metricDelayMs", () => {
        for (const { series, atMs, datum } of put) {
          series.add(atMs, datum.Value, datum.StorageResolution ?? 60);
        }
      });
    }
    reply.ok({});
  }

  /** A line of a function's output in the embedded format: most metrics have no alarm. */
  logged(region: string, entry: LogEntry, { Timestamp, CloudWatchMetrics }: Embedded): void {
    const watched = this.metricsByRegion.get(region);
    if (watched === undefined) return;
    for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
      for (const { Name, StorageResolution = 60 } of Metrics) {
        if (!watched.has(Name)) continue;
        for (const names of Dimensions) {
          const dimensions = names.map((name) => [name, String(entry[name])] as const);
          const key = keyOf(Namespace, Name, dimensions);
          this.put(region, key, Timestamp, Number(entry[Name]), StorageResolution, "metricDelayMs");
        }
      }
    }
  }

  /** A metric that AWS itself publishes, each minute and late. */
  vended(region: string, key: string, value: number): void {
    const list = this.series.get(`${region}|${key}`);
    if (list === undefined) return;
    const atMs = this.base.nowMs;
    this.base.simulation.after(this.base.draw("vendedMetricDelaySeconds") * 1000, () => {
      for (const series of list) series.add(atMs, value, 60);
    });
  }

  private addAlarm(description: AlarmDescription): void {
    if (description.seriesKey === undefined) return;
    const series = new Series(description.periodMs);
    const key = `${description.region}|${description.seriesKey}`;
    const list = this.series.get(key);
    if (list === undefined) this.series.set(key, [series]);
    else list.push(series);
    const metric = description.seriesKey.split("|")[1]!;
    const metrics = this.metricsByRegion.get(description.region) ?? new Set();
    this.metricsByRegion.set(description.region, metrics.add(metric));
    const alarm: Alarm = { description, series, state: "INSUFFICIENT_DATA" };
    this.alarms.push(alarm);
    const everyMs = description.periodMs < 60_000 ? 10_000 : 60_000;
    const phaseMs = (this.base.draw("alarmPhaseSeconds") / 10) * everyMs;
    this.base.every(phaseMs, everyMs, () => this.evaluate(alarm));
  }

  private put(
    region: string,
    key: string,
    atMs: number,
    value: number,
    resolutionSeconds: number,
    delay: AssumptionName,
  ): void {
    const list = this.series.get(`${region}|${key}`);
    if (list === undefined) return;
    this.base.afterDraw(delay, () => {
      for (const series of list) series.add(atMs, value, resolutionSeconds);
    });
  }

  private evaluate(alarm: Alarm): void {
    const { region } = alarm.description;
    if (this.base.network.isLost(region) || this.down.has(region)) return;
    const next = evaluate(alarm.description, alarm.series, this.base.nowMs, alarm.state);
    if (next === alarm.state) return;
    alarm.state = next;
    this.changed(alarm.description, next);
    for (const composite of this.composites) {
      const { region: own, children, rule } = composite.description;
      const { name, arn } = alarm.description;
      if (own !== region || !(children.includes(name) || children.includes(arn))) continue;
      const state = rule((child) => this.stateOf(region, child)) ? "ALARM" : "OK";
      if (state === composite.state) continue;
      composite.state = state;
      this.changed(composite.description, state);
    }
  }

  private stateOf(region: string, nameOrArn: string): AlarmState {
    const isMeant = ({ description: { name, arn, region: own } }: Alarm | Composite): boolean =>
      own === region && (name === nameOrArn || arn === nameOrArn);
    return (
      this.alarms.find(isMeant)?.state ??
      this.composites.find(isMeant)?.state ??
      "INSUFFICIENT_DATA"
    );
  }

  /** Actions follow a change of state; an alarm that stays in ALARM does not fire again. */
  private changed(description: AlarmDescription | CompositeDescription, state: AlarmState): void {
    const { name, arn, region, actions } = description;
    this.base.happened({ kind: "alarm", name, region, state });
    const { account } = this.base.program;
    for (const target of actions[state]) {
      if (target.startsWith("arn:aws:lambda:")) {
        this.lambda.invokeFor("lambda.alarms.cloudwatch.amazonaws.com", arn, target, {
          source: "aws.cloudwatch",
          alarmArn: arn,
          accountId: account,
          region,
          alarmData: { alarmName: name, state: { value: state } },
        });
      } else if (target.startsWith("arn:aws:sns:")) {
        const context = { "aws:sourceaccount": account, "aws:sourcearn": arn };
        const message = JSON.stringify({ AlarmName: name, NewStateValue: state });
        this.sns.publishFor("cloudwatch.amazonaws.com", context, target, message);
      }
    }
  }
}

/** Keys by their parts as they came, in any order. */
const keys = new Map<string, string>();

function keyOf(
  namespace: string,
  metric: string,
  dimensions: readonly (readonly [name: string, value: string])[],
): string {
  let parts = `${namespace}|${metric}`;
  for (const [name, value] of dimensions) parts += `|${name}=${value}`;
  let key = keys.get(parts);
  if (key === undefined) {
    key = seriesKey(namespace, metric, Object.fromEntries(dimensions));
    keys.set(parts, key);
  }
  return key;
}
