import type { AlarmState } from "../../support/cloudwatch/alarmRule";
import type { AlarmDescription } from "../description/alarms";

interface Bucket {
  sum: number;
  count: number;
  minimum: number;
  maximum: number;
}

/** A published value, and the time from which it is visible. */
interface Datum {
  seenAtMs: number;
  atMs: number;
  value: number;
  resolutionSeconds: number;
}

/** Only this many buckets are kept. */
const BUCKETS_KEPT = 40;

/** One metric, aggregated into the periods of one alarm. */
export class Series {
  private readonly buckets = new Map<number, Bucket>();
  private underWay: Datum[] = [];

  /** @param begin called with the first data */
  constructor(
    private readonly periodMs: number,
    private readonly begin: () => void = () => {},
  ) {}

  /** Number of periods that have data. */
  get periods(): number {
    return this.buckets.size;
  }

  /** Whether any data was ever seen. */
  get isBegun(): boolean {
    return this.buckets.size > 0;
  }

  /**
   * Adds data that becomes visible at its time. Only the first datum, which begins the series,
   * needs an event.
   */
  expect(datum: Datum): void {
    this.underWay.push(datum);
  }

  /** Applies data that is visible by now. Call it before reading values. */
  arrive(nowMs: number): void {
    const { underWay } = this;
    if (underWay.length === 0) return;
    this.underWay = [];
    for (const datum of underWay) {
      if (datum.seenAtMs > nowMs) this.underWay.push(datum);
      else this.add(datum.atMs, datum.value, datum.resolutionSeconds);
    }
  }

  /**
   * @param resolutionSeconds data with a resolution of a minute does not appear in shorter periods
   */
  add(atMs: number, value: number, resolutionSeconds: number): void {
    if (this.periodMs < 60_000 && resolutionSeconds >= 60) return;
    if (this.buckets.size === 0) this.begin();
    const index = Math.floor(atMs / this.periodMs);
    const bucket = this.buckets.get(index);
    if (bucket === undefined) {
      this.buckets.set(index, { sum: value, count: 1, minimum: value, maximum: value });
      this.buckets.delete(index - BUCKETS_KEPT);
      return;
    }
    bucket.sum += value;
    bucket.count++;
    bucket.minimum = Math.min(bucket.minimum, value);
    bucket.maximum = Math.max(bucket.maximum, value);
  }

  /** A statistic of the period with this number; undefined if nothing was published in it. */
  value(index: number, statistic: string): number | undefined {
    const bucket = this.buckets.get(index);
    if (bucket === undefined) return undefined;
    switch (statistic) {
      case "Sum":
        return bucket.sum;
      case "Minimum":
        return bucket.minimum;
      case "Maximum":
        return bucket.maximum;
      case "SampleCount":
        return bucket.count;
      default:
        return bucket.sum / bucket.count;
    }
  }
}

/** Number of periods before the evaluated ones in which CloudWatch looks for data. */
const EXTRA_PERIODS = 2;

/**
 * An alarm's next state. CloudWatch reads more periods than it evaluates. If they contain enough
 * data, missing periods are ignored. Otherwise missing periods are filled as the alarm specifies.
 */
export function evaluate(
  alarm: AlarmDescription,
  series: ReadonlyMap<string, Series>,
  nowMs: number,
  state: AlarmState,
): AlarmState {
  for (const each of series.values()) each.arrive(nowMs);
  const last = Math.floor(nowMs / alarm.periodMs) - 1;
  const statistics = new Map(alarm.metrics.map(({ id, statistic }) => [id, statistic]));
  const breaches: boolean[] = [];
  for (let back = 0; back < alarm.evaluationPeriods + EXTRA_PERIODS; back++) {
    const value = alarm.value((id) => series.get(id)?.value(last - back, statistics.get(id)!));
    if (value === undefined) continue;
    breaches.push(isBreach(alarm, value));
    if (breaches.length === alarm.evaluationPeriods) break;
  }
  const missing = alarm.evaluationPeriods - breaches.length;
  if (missing > 0) {
    if (breaches.length === 0 && alarm.missingData === "missing") return "INSUFFICIENT_DATA";
    if (breaches.length === 0 && alarm.missingData === "ignore") return state;
    for (let i = 0; i < missing; i++) breaches.push(alarm.missingData === "breaching");
  }
  const breaching = breaches.filter(Boolean).length;
  return breaching >= alarm.datapointsToAlarm ? "ALARM" : "OK";
}

function isBreach({ comparison, threshold }: AlarmDescription, value: number): boolean {
  switch (comparison) {
    case "GreaterThanOrEqualToThreshold":
      return value >= threshold;
    case "GreaterThanThreshold":
      return value > threshold;
    case "LessThanThreshold":
      return value < threshold;
    case "LessThanOrEqualToThreshold":
      return value <= threshold;
    default:
      throw new Error(`alarm comparison ${comparison} is not modelled`);
  }
}
