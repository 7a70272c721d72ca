import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
} from "@aws-sdk/client-rds";
import { within } from "../runtime/clock";
import type { TargetDatabase } from "./decide";
import { variable } from "../runtime/env";
import type { Runtime } from "../runtime/runtime";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";

export type ObserveRuntime = Pick<Runtime, "env" | "clock" | "rds">;

/**
 * Statuses in which a cluster, or an instance, can take over. One that is backed up serves as ever,
 * and every day it is (Aurora User Guide: viewing DB cluster status, viewing DB instance status).
 */
const SERVING: ReadonlySet<string | undefined> = new Set(["available", "backing-up"]);

/** The ARN of the global cluster's member in a region. */
export function clusterArnOf(env: Runtime["env"], region: string): string {
  const isHome = region === variable(env, "HOME_REGION");
  return variable(env, isHome ? "HOME_CLUSTER_ARN" : "STANDBY_CLUSTER_ARN");
}

/**
 * The member of `region` as that region's own RDS describes it; unknown on any failure.
 * @param asksIfReady costs two calls more. RDS throttles who asks often, and once a fence has decided,
 * runs of both regions ask every few seconds.
 */
export async function observeTarget(
  runtime: ObserveRuntime,
  region: string,
  asksIfReady: boolean,
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
          asksIfReady ? canServe(rds, arn, abortSignal) : null,
        ]);
        const global = globals.GlobalClusters?.[0];
        if (global === undefined) return "unknown";
        const member = global.GlobalClusterMembers?.find((one) => one.DBClusterArn === arn);
        const movingTo = global.FailoverState?.ToDbClusterArn;
        return {
          // A writer that is being left is none: what is activated on it is gone with it.
          isWriter: member?.IsWriter === true && (movingTo === undefined || movingTo === arn),
          isPromoting: movingTo !== undefined,
          isReady: isServing === null ? null : member !== undefined && isServing,
        };
      },
    );
  } catch {
    return "unknown";
  }
}

/** Whether a cluster is available, and an instance of it. */
async function canServe(
  rds: ReturnType<ObserveRuntime["rds"]>,
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
