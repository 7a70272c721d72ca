import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { METRIC_NAMESPACE } from "../../../lambda/runtime/log";
import { nameOf } from "../arn";
import type { Check } from "../check";
import type { Deployment } from "../deployment";
import type { Tools } from "../tools";

/** The sweep runs every minute; its metrics arrive within three. */
const SWEPT_MINUTES = 15;
/** Functions without reserved concurrency take theirs from here. */
const UNRESERVED_MIN = 100;

/** Would the standby's functions run? */
export function functionChecks(tools: Tools, deployment: Deployment): Check[] {
  const { standby } = deployment.regions;
  const orchestrator = nameOf(standby.orchestratorArn);
  return [
    ...[...Object.values(standby.functions), orchestrator].map((name) =>
      activeCheck(tools, standby.name, name),
    ),
    sweptCheck(tools, deployment),
    concurrencyCheck(tools, standby.name, orchestrator),
  ];
}

function activeCheck({ aws }: Tools, region: string, name: string): Check {
  return {
    name: `${name} is active`,
    todo: "deploy it again; a function that was idle for weeks becomes active at its next invocation",
    find: async () => {
      const { Configuration } = await aws
        .lambda(region)
        .send(new GetFunctionCommand({ FunctionName: name }));
      const { State = "unknown", LastUpdateStatus = "unknown" } = Configuration ?? {};
      const isFine = State === "Active" && LastUpdateStatus === "Successful";
      return { isFine, found: `${State}, last update ${LastUpdateStatus}` };
    },
  };
}

/** The sweep's metric shows that its schedule, its code and its rights work. */
function sweptCheck({ aws, clock }: Tools, { environment, regions }: Deployment): Check {
  const { standby } = regions;
  return {
    name: `the standby has swept within ${SWEPT_MINUTES} minutes`,
    todo: "read the log group of settlement-sweep and look at its schedule",
    find: async () => {
      const nowMs = clock.nowMs();
      const answer = await aws.cloudwatch(standby.name).send(
        new GetMetricStatisticsCommand({
          Namespace: METRIC_NAMESPACE,
          MetricName: "OpenOrders",
          Dimensions: [
            { Name: "Environment", Value: environment },
            { Name: "Region", Value: standby.name },
          ],
          StartTime: new Date(nowMs - SWEPT_MINUTES * 60_000),
          EndTime: new Date(nowMs),
          Period: 60,
          Statistics: ["SampleCount"],
        }),
      );
      const minutes = answer.Datapoints?.length ?? 0;
      return { isFine: minutes > 0, found: `in ${minutes} of the last ${SWEPT_MINUTES} minutes` };
    },
  };
}

function concurrencyCheck({ aws }: Tools, region: string, orchestrator: string): Check {
  return {
    name: "the standby's account has concurrency left, and the orchestrator has its own",
    todo: "ask for a higher quota of concurrent executions (Service Quotas, Lambda)",
    find: async () => {
      const lambda = aws.lambda(region);
      const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
      const { ReservedConcurrentExecutions: own } = await lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName: orchestrator }),
      );
      const unreserved = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
      return {
        isFine: unreserved >= UNRESERVED_MIN && own !== 0,
        found: `${unreserved} unreserved, ${own ?? "none"} reserved for the orchestrator`,
      };
    },
  };
}
