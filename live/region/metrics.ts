import type { Passing } from "./proxy";

interface Datum {
  Timestamp?: number;
}

/** The input of a call of PutMetricData, as the SDK's client takes it. Undefined for all else. */
export function metricsIn({ service, body }: Passing): Record<string, unknown> | undefined {
  if (service !== "monitoring" || !body.includes('"MetricData"')) return undefined;
  const input = JSON.parse(body.toString()) as { MetricData: Datum[] };
  // The protocol carries seconds since 1970.
  const dated = input.MetricData.map(({ Timestamp, ...datum }) => ({
    ...datum,
    ...(Timestamp === undefined ? {} : { Timestamp: new Date(Timestamp * 1000) }),
  }));
  return { ...input, MetricData: dated };
}
