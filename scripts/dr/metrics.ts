import {
  type Datapoint,
  GetMetricStatisticsCommand,
  type GetMetricStatisticsInput,
} from "@aws-sdk/client-cloudwatch";
import type { Tools } from "./tools";

/** A metric, and how much of its past is read. */
export interface Series {
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string | undefined>>;
  minutes: number;
  /** @default - 60 */
  periodSeconds?: number;
}

type Statistics = Pick<GetMetricStatisticsInput, "Statistics" | "ExtendedStatistics">;

/** The data points of a metric in the last minutes, in no order: CloudWatch gives none. */
export async function datapoints(
  { aws, clock }: Tools,
  region: string,
  { namespace, metric, dimensions, minutes, periodSeconds = 60 }: Series,
  statistics: Statistics,
): Promise<Datapoint[]> {
  const nowMs = clock.nowMs();
  const answer = await aws.cloudwatch(region).send(
    new GetMetricStatisticsCommand({
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(nowMs - minutes * 60_000),
      EndTime: new Date(nowMs),
      Period: periodSeconds,
      ...statistics,
    }),
  );
  return answer.Datapoints ?? [];
}
