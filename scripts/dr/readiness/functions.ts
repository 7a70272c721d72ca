import {
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { METRIC_NAMESPACE } from "../../../lambda/runtime/log";
import { nameOf } from "../arn";
import type { Check } from "../check";
import type { Deployment } from "../deployment";
import { datapoints } from "../metrics";
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
function sweptCheck(tools: Tools, { environment, regions }: Deployment): Check {
  const { name: region } = regions.standby;
  return {
    name: `the standby has swept within ${SWEPT_MINUTES} minutes`,
    todo: "read the log group of settlement-sweep and look at its schedule",
    find: async () => {
      const openOrders = {
        namespace: METRIC_NAMESPACE,
        metric: "OpenOrders",
        dimensions: { Environment: environment, Region: region },
        minutes: SWEPT_MINUTES,
      };
      const swept = await datapoints(tools, region, openOrders, { Statistics: ["SampleCount"] });
      const found = `in ${swept.length} of the last ${SWEPT_MINUTES} minutes`;
      return { isFine: swept.length > 0, found };
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
