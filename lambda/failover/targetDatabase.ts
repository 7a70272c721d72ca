import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
} from "@aws-sdk/client-rds";
import { within } from "../runtime/clock";
import type { TargetDatabase } from "./decide";
import { variable } from "../runtime/env";
import type { Log } from "../runtime/log";
import type { Runtime } from "../runtime/runtime";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

export type TargetDatabaseRuntime = Pick<Runtime, "env" | "clock" | "rds">;

/**
 * Statuses in which a cluster or an instance can take over. During the daily backup it stays
 * available (Aurora User Guide: viewing DB cluster status, viewing DB instance status).
 */
export const SERVING: ReadonlySet<string | undefined> = new Set(["available", "backing-up"]);

/** The ARN of the global cluster's member in a region. */
export function clusterArnOf(env: Runtime["env"], region: string): string {
  const isHome = region === variable(env, "HOME_REGION");
  return variable(env, isHome ? "HOME_CLUSTER_ARN" : "STANDBY_CLUSTER_ARN");
}

/**
 * Reads the state of a region's member of the global cluster from RDS in that region. Returns
 * `unknown` if any call fails; the reason is logged.
 * @param withReadiness also reads whether the member can take over, which costs two more calls.
 * While a region takes over, invocations in both regions poll, and RDS throttles frequent callers.
 */
export async function observeTarget(
  runtime: TargetDatabaseRuntime,
  region: string,
  withReadiness: boolean,
  log: Log,
): Promise<TargetDatabase | "unknown"> {
  const { env } = runtime;
  const rds = runtime.rds(region);
  const arn = clusterArnOf(env, region);
  try {
    return await within(
      runtime.clock,
      OBSERVE_TIMEOUT_MS,
      `RDS in ${region}`,
      async (abortSignal) => {
        const [globals, isServing] = await Promise.all([
          rds.send(
            new DescribeGlobalClustersCommand({
              GlobalClusterIdentifier: variable(env, "GLOBAL_CLUSTER_ID"),
            }),
            { abortSignal },
          ),
          withReadiness ? canServe(rds, arn, abortSignal) : null,
        ]);
        const global = globals.GlobalClusters?.[0];
        if (global === undefined) return "unknown";
        const member = global.GlobalClusterMembers?.find((one) => one.DBClusterArn === arn);
        const movingTo = global.FailoverState?.ToDbClusterArn;
        return {
          // While another member is being promoted, the writer is about to change.
          isWriter: member?.IsWriter === true && (movingTo === undefined || movingTo === arn),
          isPromoting: movingTo !== undefined,
          isReady: isServing === null ? null : member !== undefined && isServing,
        };
      },
    );
  } catch (error) {
    log.error("the target's database could not be observed", error, { of: region });
    return "unknown";
  }
}

/** True if the cluster and at least one of its instances are available. */
async function canServe(
  rds: ReturnType<TargetDatabaseRuntime["rds"]>,
  clusterArn: string,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const clusterId = clusterArn.slice(clusterArn.lastIndexOf(":") + 1);
  const [clusters, instances] = await Promise.all([
    rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: clusterId }), { abortSignal }),
    rds.send(
      new DescribeDBInstancesCommand({
        Filters: [{ Name: "db-cluster-id", Values: [clusterId] }],
      }),
      { abortSignal },
    ),
  ]);
  const isAvailable = SERVING.has(clusters.DBClusters?.[0]?.Status);
  return (
    isAvailable && instances.DBInstances?.some((one) => SERVING.has(one.DBInstanceStatus)) === true
  );
}
