import type { AssumptionName } from "../assumptions";
import { type AlarmDescription, seriesKey } from "../description/alarms";
import type { CallContext } from "../description/policy";
import { Alarms } from "./alarms";
import type { Base } from "./base";
import type { Lambda } from "./lambda";
import type { Series } from "./series";
import type { Input, Reply, Service } from "./awsService";
import type { Sns } from "./sns";

interface Datum {
  MetricName: string;
  Value: number;
  Timestamp?: Date;
  Dimensions?: { Name: string; Value: string }[];
  StorageResolution?: number;
}

/** A line that a function logs, with metrics if it is in the embedded metric format. */
export type LogEntry = Readonly<Record<string, unknown>> & { readonly _aws?: Embedded };

interface Embedded {
  Timestamp: number;
  CloudWatchMetrics: {
    Namespace: string;
    Dimensions: string[][];
    Metrics: { Name: string; StorageResolution?: number }[];
  }[];
}

type Dimensions = readonly (readonly [name: string, value: string])[];

/** A metric as published, and the series that it feeds. */
interface Published {
  region: string;
  namespace: string;
  dimensions: Dimensions;
  series: readonly Series[];
}

/** The metrics that alarms use: from API calls, from log lines, and from AWS itself. */
export class Cloudwatch implements Service {
  readonly name = "monitoring";
  readonly alarms: Alarms;
  /** By region, then namespace, metric and dimensions. */
  private readonly series = new Map<string, Series[]>();
  /** By name. All alarms exist before anything is published. */
  private readonly published = new Map<string, Published[]>();
  private readonly metricsByRegion = new Map<string, Set<string>>();

  constructor(
    private readonly base: Base,
    lambda: Pick<Lambda, "invokeFor">,
    sns: Pick<Sns, "publishFor">,
  ) {
    this.alarms = new Alarms(base, lambda, sns);
    for (const description of base.program.alarms) this.addAlarm(description);
  }

  /** Regions whose CloudWatch is down, as a fault. */
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
      const atMs = datum.Timestamp?.getTime() ?? this.base.nowMs;
      const namespace = String(input["Namespace"]);
      for (const series of this.seriesOf(region, namespace, datum.MetricName, dimensions)) {
        put.push({ series, atMs, datum });
      }
    }
    // All metrics of one call become visible together.
    if (put.length > 0) {
      this.base.afterDraw("metricDelayMs", () => {
        for (const { series, atMs, datum } of put) {
          series.add(atMs, datum.Value, datum.StorageResolution ?? 60);
        }
      });
    }
    reply.ok({});
  }

  /**
   * Publishes the metrics of a log line in the embedded metric format. Most metrics have no alarm.
   */
  logged(region: string, entry: LogEntry, { Timestamp, CloudWatchMetrics }: Embedded): void {
    const watched = this.metricsByRegion.get(region);
    if (watched === undefined) return;
    for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
      for (const { Name, StorageResolution = 60 } of Metrics) {
        if (!watched.has(Name)) continue;
        for (const names of Dimensions) {
          const dimensions = names.map((name) => [name, String(entry[name])] as const);
          const list = this.seriesOf(region, Namespace, Name, dimensions);
          if (list.length === 0) continue;
          this.publish(list, Timestamp, Number(entry[Name]), StorageResolution);
        }
      }
    }
  }

  private publish(
    list: readonly Series[],
    atMs: number,
    value: number,
    resolutionSeconds: number,
    delayMs = this.base.draw("metricDelayMs"),
  ): void {
    const seenAtMs = this.base.nowMs + delayMs;
    for (const series of list) {
      if (series.isBegun) series.expect({ seenAtMs, atMs, value, resolutionSeconds });
      else this.base.simulation.after(delayMs, () => series.add(atMs, value, resolutionSeconds));
    }
  }

  /** A metric that AWS publishes itself, every minute and with a delay. */
  vended(region: string, key: string, value: number): void {
    if (this.down.has(region)) return;
    const list = this.series.get(`${region}|${key}`) ?? [];
    const delayMs = this.base.draw("vendedMetricDelaySeconds") * 1000;
    this.publish(list, this.base.nowMs, value, 60, delayMs);
  }

  /** A metric that AWS published before the world began. */
  seen(region: string, key: string, atMs: number, value: number): void {
    for (const series of this.series.get(`${region}|${key}`) ?? []) series.add(atMs, value, 60);
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

  /** The series that a metric feeds, cached by the parts of its name. */
  private seriesOf(
    region: string,
    namespace: string,
    metric: string,
    dimensions: Dimensions,
  ): readonly Series[] {
    let known = this.published.get(metric);
    if (known === undefined) this.published.set(metric, (known = []));
    for (const each of known) {
      const isIt = each.region === region && each.namespace === namespace;
      if (isIt && isSame(each.dimensions, dimensions)) return each.series;
    }
    const key = seriesKey(namespace, metric, Object.fromEntries(dimensions));
    const series = this.series.get(`${region}|${key}`) ?? [];
    known.push({ region, namespace, dimensions, series });
    return series;
  }
}

function isSame(one: Dimensions, other: Dimensions): boolean {
  return (
    one.length === other.length &&
    one.every(([name, value], i) => name === other[i]![0] && value === other[i]![1])
  );
}
