import type * as pulumi from "@pulumi/pulumi";
import { MINUTE_SECONDS } from "./alarm";
import type { Region } from "../platform/platform";

const COLUMNS = 24;
const WIDGET_WIDTH = 8;
const WIDGET_HEIGHT = 6;

export interface Metric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly stat?: string;
  /** @default - the dashboard's own */
  readonly region?: Region;
}

export interface Widget {
  readonly type: "metric" | "alarm";
  readonly properties: object;
}

/** A graph of metrics per minute, on a dashboard of a region. */
export function graph(title: string, { name }: Region, metrics: readonly Metric[]): Widget {
  const rows = metrics.map(({ namespace, metricName, dimensions, stat, region }) => [
    namespace,
    metricName,
    ...Object.entries(dimensions).flat(),
    { ...(stat && { stat }), ...(region && { region: region.name }) },
  ]);
  const common = { view: "timeSeries", period: MINUTE_SECONDS, stat: "Sum" };
  return { type: "metric", properties: { title, region: name, ...common, metrics: rows } };
}

/** Places widgets row by row, from left to right. */
export function placed(widget: Widget, index: number): object {
  const perRow = COLUMNS / WIDGET_WIDTH;
  return {
    ...widget,
    x: (index % perRow) * WIDGET_WIDTH,
    y: Math.floor(index / perRow) * WIDGET_HEIGHT,
    width: WIDGET_WIDTH,
    height: WIDGET_HEIGHT,
  };
}
