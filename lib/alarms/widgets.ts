import type * as pulumi from "@pulumi/pulumi";
import { MINUTE_SECONDS } from "./alarm";
import type { Region } from "../platform/platform";

const COLUMNS = 24;
const WIDGET_WIDTH = 8;
const WIDGET_HEIGHT = 6;
const HEADING_HEIGHT = 1;

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

/** A question that an operator asks, and the widgets that answer it. */
export interface Section {
  readonly question: string;
  readonly widgets: readonly Widget[];
}

/** Places sections from top to bottom, each below its question, and their widgets row by row. */
export function placed(sections: readonly Section[]): object[] {
  const perRow = COLUMNS / WIDGET_WIDTH;
  let top = 0;
  return sections.flatMap(({ question, widgets }) => {
    const y = top;
    const properties = { markdown: `## ${question}` };
    const heading = { type: "text", properties, x: 0, y, width: COLUMNS, height: HEADING_HEIGHT };
    top += HEADING_HEIGHT + Math.ceil(widgets.length / perRow) * WIDGET_HEIGHT;
    const answers = widgets.map((widget, index) => ({
      ...widget,
      x: (index % perRow) * WIDGET_WIDTH,
      y: y + HEADING_HEIGHT + Math.floor(index / perRow) * WIDGET_HEIGHT,
      width: WIDGET_WIDTH,
      height: WIDGET_HEIGHT,
    }));
    return [heading, ...answers];
  });
}
