import { METRIC_NAMESPACE } from "../../lambda/runtime/log";
import type { Platform } from "../platform/platform";

/** A metric of the probes that the standby region sends to both regions. */
export type ProbeMetric = "HomeProbeFailed" | "StandbyProbeFailed" | "HomeCanaryFailed";

/** Namespace, name and dimensions of a metric of the probes. */
export function probeMetric(platform: Platform, metricName: ProbeMetric) {
  return {
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensions: { Environment: platform.config.env },
  };
}
