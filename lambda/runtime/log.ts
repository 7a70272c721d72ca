import { variable } from "./env";
import type { Runtime } from "./runtime";
import { LOG_TEXT_MAX_LENGTH } from "./tunables";

/** CloudWatch namespace of the platform's own metrics. Alarms and IAM policies use it too. */
export const METRIC_NAMESPACE = "TradingPlatform";

type Fields = Record<string, unknown>;

/** One value of a metric. CloudWatch stores resolution 1 per second and resolution 60 per minute. */
export interface Metric {
  name: string;
  value: number;
  unit: "Count" | "Seconds";
  resolutionSeconds: 1 | 60;
}

/** Writes JSON lines to standard output, which Lambda sends to CloudWatch Logs. */
export interface Log {
  info(message: string, fields?: Fields): void;
  error(message: string, error: unknown, fields?: Fields): void;
  /**
   * Writes a line from which CloudWatch also extracts metrics, with the dimensions Environment and
   * Region (CloudWatch User Guide: embedded metric format).
   */
  metrics(message: string, metrics: readonly Metric[], fields?: Fields): void;
}

/**
 * @param source the function's name in kebab-case; every line carries it.
 * @throws Error if AWS_REGION or ENVIRONMENT is missing.
 */
export function createLog(runtime: Pick<Runtime, "env" | "clock" | "write">, source: string): Log {
  const region = variable(runtime.env, "AWS_REGION");
  const environment = variable(runtime.env, "ENVIRONMENT");
  const line = (level: string, message: string, fields: Fields = {}) => {
    runtime.write(JSON.stringify({ level, source, region, message, ...fields }, cutText));
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

/** Cuts long texts anywhere in a line. */
function cutText(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= LOG_TEXT_MAX_LENGTH) return value;
  return `${value.slice(0, LOG_TEXT_MAX_LENGTH)}… (${value.length} characters)`;
}

/** Declares which fields of a line are metrics. */
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

/** An error's name and message, and its `code` if it has one (a SQLSTATE, for example). */
export function describe(error: unknown): { error: string; code?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    error: `${error.name}: ${error.message}`,
    ...(typeof code === "string" ? { code } : {}),
  };
}
