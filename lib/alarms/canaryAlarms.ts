import type { Canaries } from "../synthetics";
import type { AlarmDefinition, AlarmDefinitions } from "./alarm";
import { MINUTE_SECONDS } from "./alarm";
import { CANARY_RUNS_FAILED, CANARY_RUNS_WATCHED, WARM_UP_MINUTES } from "./thresholds";

type CanaryName = `canary-${keyof Canaries}`;

/** One alarm for each canary: it fails, or it does not run. */
export function canaryAlarms(
  canaries: Canaries,
  scheduleMinutes: number,
): AlarmDefinitions<CanaryName> {
  const definitions = Object.entries(canaries).map(([check, canary]): [string, AlarmDefinition] => [
    `canary-${check}`,
    {
      meaning: `The canary "${check}" fails, or does not run`,
      fault: "clients in this region get errors, or Synthetics does not start canaries",
      first: "dr verify",
      next: "look at the run's screenshots and logs in the canaries' bucket",
      metric: {
        namespace: "CloudWatchSynthetics",
        metricName: "SuccessPercent",
        dimensions: { CanaryName: canary.name },
        statistic: "Average",
        period: scheduleMinutes * MINUTE_SECONDS,
      },
      threshold: 100,
      comparisonOperator: "LessThanThreshold",
      evaluationPeriods: CANARY_RUNS_WATCHED,
      datapointsToAlarm: CANARY_RUNS_FAILED,
      breachesOnMissingData: true,
      warmUpMinutes: Math.max(WARM_UP_MINUTES, CANARY_RUNS_WATCHED * scheduleMinutes),
    },
  ]);
  return Object.fromEntries(definitions) as AlarmDefinitions<CanaryName>;
}
