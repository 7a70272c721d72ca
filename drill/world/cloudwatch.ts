import type { AssumptionName } from "../assumptions";
import { type AlarmDescription, seriesKey } from "../description/alarms";
import type { CallContext } from "../description/policy";
import { Alarms } from "./alarms";
import type { Base } from "./base";
import type { Lambda } from "./lambda";
import type { Series } from "./series";
import type { Input, Reply, Service } from "./service";
import type { Sns } from "./sns";

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

/** Metrics that some alarm looks at: from calls, from lines of output, from AWS itself. */
export class Cloudwatch implements Service {
  readonly name = "monitoring";
  readonly alarms: Alarms;
  /** By region, then namespace, metric and dimensions. */
  private readonly series = new Map<string, Series[]>();
  private readonly metricsByRegion = new Map<string, Set<string>>();

  constructor(
    private readonly base: Base,
    lambda: Lambda,
    sns: Sns,
  ) {
    this.alarms = new Alarms(base, lambda, sns);
    for (const description of base.program.alarms) this.addAlarm(description);
  }

  /** Regions whose CloudWatch stands still, as a fault. */
  get down(): Set<string> {
    return this.alarms.down;
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
    const watched = this.metricsByRegion.get(region);
    const put: { series: Series; atMs: number; datum: Datum }[] = [];
    for (const datum of input["MetricData"] as Datum[]) {
      if (watched?.has(datum.MetricName) !== true) continue;
      const dimensions = (datum.Dimensions ?? []).map(({ Name, Value }) => [Name, Value] as const);
      const key = keyOf(String(input["Namespace"]), datum.MetricName, dimensions);
      const atMs = datum.Timestamp?.getTime() ?? this.base.nowMs;
      for (const series of this.series.get(`${region}|${key}`) ?? []) {
        put.push({ series, atMs, datum });
      }
    }
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
    const { region, metrics } = description;
    const series = this.alarms.add(description);
    const names = this.metricsByRegion.get(region) ?? new Set();
    this.metricsByRegion.set(region, names);
    metrics.forEach(({ seriesKey: key }, i) => {
      const list = this.series.get(`${region}|${key}`);
      if (list === undefined) this.series.set(`${region}|${key}`, [series[i]!]);
      else list.push(series[i]!);
      names.add(key.split("|")[1]!);
    });
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
