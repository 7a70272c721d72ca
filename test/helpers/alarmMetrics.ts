import type { CapturedResource } from "../../support/capture/capture";

interface Metric {
  namespace: string;
  metricName: string;
  dimensions: Record<string, string>;
}

/** Every metric an alarm looks at, by itself or in metric mathematics. */
export function metricsOf({ inputs }: CapturedResource): Metric[] {
  const queries = (inputs.metricQueries ?? []) as { metric?: Metric }[];
  const own = inputs.metricName === undefined ? [] : [inputs as unknown as Metric];
  return [...own, ...queries.flatMap(({ metric }) => metric ?? [])];
}
