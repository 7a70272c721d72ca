import { GetHealthCheckStatusCommand } from "@aws-sdk/client-route-53";
import { GetTraceSummariesCommand } from "@aws-sdk/client-xray";
import type { Check } from "../check";
import type { DeployedRegion, Deployment } from "../deployment";
import { datapoints } from "../metrics";
import { actionText, send } from "../orchestrator";
import type { Tools } from "../tools";

/** Two of a canary's usual periods of five minutes. */
const CANARY_WINDOW_MINUTES = 10;
const TRACE_WINDOW_MINUTES = 15;
/** Route 53 counts an endpoint as healthy if more than 18 % of its checkers do (Developer Guide). */
const HEALTHY_SHARE = 0.18;

/** Would an outage be noticed, and would the orchestrator act? Nothing is changed. */
export function watchingChecks(tools: Tools, deployment: Deployment): Check[] {
  const { home, standby } = deployment.regions;
  const { healthCheckIds } = deployment;
  return [
    healthCheck(tools, "home", healthCheckIds.home),
    healthCheck(tools, "the standby", healthCheckIds.standby),
    {
      name: "the orchestrator would fail over",
      todo: "`dr failover --dry-run` says why not; `dr readiness` lists the preconditions",
      find: async () => {
        const event = { action: "failover", to: standby.name, dryRun: true } as const;
        const { action } = await send(tools, [standby], event);
        return { isFine: action.do === "fence", found: `the first step is ${actionText(action)}` };
      },
    },
    ...[home, standby].flatMap((region) => [
      ...region.canaries.map((name) => canaryCheck(tools, region, name)),
      traceCheck(tools, region),
    ]),
  ];
}

function healthCheck({ aws }: Tools, what: string, HealthCheckId: string): Check {
  return {
    name: `Route 53's health check of ${what} passes`,
    todo: "open the health check in the Route 53 console: it says what each checker got",
    find: async () => {
      const answer = await aws.route53.send(new GetHealthCheckStatusCommand({ HealthCheckId }));
      const observations = answer.HealthCheckObservations ?? [];
      const good = observations.filter(({ StatusReport }) =>
        StatusReport?.Status?.startsWith("Success"),
      );
      const isFine = observations.length > 0 && good.length / observations.length > HEALTHY_SHARE;
      return { isFine, found: `${good.length} of ${observations.length} checkers succeed` };
    },
  };
}

function canaryCheck(tools: Tools, region: DeployedRegion, name: string): Check {
  return {
    name: `the canary ${name} has run and succeeded`,
    todo: "open the canary in the CloudWatch console: it keeps each run's log",
    find: async () => {
      const success = {
        namespace: "CloudWatchSynthetics",
        metric: "SuccessPercent",
        dimensions: { CanaryName: name },
        minutes: CANARY_WINDOW_MINUTES,
      };
      const runs = await datapoints(tools, region.name, success, { Statistics: ["Minimum"] });
      const failed = runs.filter(({ Minimum = 0 }) => Minimum < 100).length;
      const found = `${runs.length} runs in ${CANARY_WINDOW_MINUTES} minutes, ${failed} failed`;
      return { isFine: runs.length > 0 && failed === 0, found };
    },
  };
}

function traceCheck({ aws, clock }: Tools, region: DeployedRegion): Check {
  return {
    name: `order-api in ${region.name} has traces`,
    todo: "look whether its role may write to X-Ray",
    find: async () => {
      const nowMs = clock.nowMs();
      const answer = await aws.xray(region.name).send(
        new GetTraceSummariesCommand({
          StartTime: new Date(nowMs - TRACE_WINDOW_MINUTES * 60_000),
          EndTime: new Date(nowMs),
          FilterExpression: `service("${region.functions["orderApi"]}")`,
        }),
      );
      const count = answer.TraceSummaries?.length ?? 0;
      return { isFine: count > 0, found: `${count} in ${TRACE_WINDOW_MINUTES} minutes` };
    },
  };
}
