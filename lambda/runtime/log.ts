import { variable } from "./env";
import type { Runtime } from "./runtime";

/** Namespace of every metric of the platform's own; roles and alarms name it too. */
export const METRIC_NAMESPACE = "TradingPlatform";

type Fields = Record<string, unknown>;

/** A metric of one line; resolution 1 is kept per second, 60 per minute. */
export interface Metric {
  name: string;
  value: number;
  unit: "Count" | "Seconds";
  resolutionSeconds: 1 | 60;
}

/** Structured lines on standard output; a line with metrics is in CloudWatch's embedded format. */
export interface Log {
  info(message: string, fields?: Fields): void;
  error(message: string, error: unknown, fields?: Fields): void;
  /** One line that is both a log entry and its metrics, by environment and region. */
  metrics(message: string, metrics: readonly Metric[], fields?: Fields): void;
}

export function createLog(runtime: Pick<Runtime, "env" | "clock" | "write">, source: string): Log {
  const region = variable(runtime.env, "AWS_REGION");
  const environment = variable(runtime.env, "ENVIRONMENT");
  const line = (level: string, message: string, fields: Fields = {}) => {
    runtime.write(JSON.stringify({ level, source, region, message, ...fields }));
  };
  return {
    info: (message, fields) => line("INFO", message, fields),
    error: (message, error, fields) => line("ERROR", message, { ...fields, ...describe(error) }),
    metrics: (message, metrics, fields) => {
      const entry: Fields = { ...fields, Environment: environment, Region: region };
      for (const { name, value } of metrics) entry[name] = value;
      entry["_aws"] = { Timestamp: runtime.clock.nowMs(), CloudWatchMetrics: [directive(metrics)] };
      line("INFO", message, entry);
    },
  };
}

/** Says which fields of a line are metrics (CloudWatch's embedded metric format). */
function directive(metrics: readonly Metric[]): object {
  return {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [["Environment", "Region"]],
    Metrics: metrics.map((metric) => ({
      Name: metric.name,
      Unit: metric.unit,
      StorageResolution: metric.resolutionSeconds,
    })),
  };
}

/** Name and text of an error, and the SQLSTATE where it has one. */
export function describe(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    error: `${error.name}: ${error.message}`,
    ...(typeof code === "string" ? { code } : {}),
  };
}
