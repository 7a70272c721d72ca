import * as pulumi from "@pulumi/pulumi";
import { LOOP_TIMEOUT_SECONDS } from "../../lambda/detection/tunables";
import { RTO_SECONDS } from "../../lambda/failover/budget";
import { CONTROL_KEY, TAKEOVERS_KEY } from "../../lambda/runtime/ledgerKeys";
import { ORCHESTRATOR_RESERVED_CONCURRENCY, ORCHESTRATOR_RETRIES } from "../platform/tunables";
import type { Platform } from "../platform/platform";
import { invokeStatement } from "../platform/policies";
import { type FailoverScope, type FailoverTargets, probingLinks } from "./failoverScope";
import type { LambdaFunction } from "./lambdaFunction";
import type { Link } from "./link";
import { mapValues } from "../platform/records";
import { createFunction } from "./scope";

/**
 * An alarm invokes it once. If an invocation fails or times out during a failover, Lambda retries
 * it. Events that are older than the RTO are dropped.
 */
const retries = { attemptsMax: ORCHESTRATOR_RETRIES, eventAgeMaxSeconds: RTO_SECONDS };

/** Name of the rule that ticks in the standby region. */
export function tickRuleName(platform: Platform): string {
  return platform.nameOf("eventRule", "failover-tick", platform.standby);
}

/** The orchestrator of a region: the same code and the same rights in both. */
export function createOrchestrator(scope: FailoverScope): LambdaFunction {
  return createFunction(scope, {
    stem: "failoverOrchestrator",
    links: [
      ...probingLinks(scope, CONTROL_KEY, TAKEOVERS_KEY),
      databaseLink(scope),
      functionsLink(scope),
      healthCheckLink(scope),
      tickLink(scope),
      topicsLink(scope),
    ],
    timeoutSeconds: LOOP_TIMEOUT_SECONDS,
    reservedConcurrency: ORCHESTRATOR_RESERVED_CONCURRENCY,
    retries,
  });
}

/** The orchestrator of either region may move the database: home's does so for a failback. */
function databaseLink({ platform, aurora }: FailoverTargets): Link {
  const { globalCluster } = aurora;
  const [home, standby] = [aurora.members.home.cluster, aurora.members.standby.cluster];
  const clusters = [globalCluster.arn, home.arn, standby.arn];
  return {
    environment: {
      GLOBAL_CLUSTER_ID: globalCluster.id,
      HOME_CLUSTER_ARN: home.arn,
      STANDBY_CLUSTER_ARN: standby.arn,
    },
    statements: [
      {
        Sid: "LookAtDatabase",
        Action: ["rds:DescribeGlobalClusters", "rds:DescribeDBClusters"],
        Resource: clusters,
      },
      {
        Sid: "LookAtInstances",
        Action: ["rds:DescribeDBInstances"],
        // The handler filters by cluster, but IAM checks the request against all instances.
        Resource: [platform.home, platform.standby].map(
          (region) => pulumi.interpolate`arn:aws:rds:${region.name}:${platform.accountId}:db:*`,
        ),
      },
      {
        Sid: "MoveDatabase",
        Action: ["rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"],
        Resource: clusters,
      },
    ],
  };
}

/** Activating a region's database and settling its open orders. */
function functionsLink({ functions }: FailoverTargets): Link {
  const [home, standby] = [functions.home.all, functions.standby.all];
  const invoked = {
    HOME_MIGRATION_FUNCTION: home.dbMigration.function,
    STANDBY_MIGRATION_FUNCTION: standby.dbMigration.function,
    HOME_SWEEP_FUNCTION: home.settlementSweep.function,
    STANDBY_SWEEP_FUNCTION: standby.settlementSweep.function,
  };
  return {
    environment: mapValues(invoked, ({ name }) => name),
    statements: [invokeStatement(...Object.values(invoked).map(({ arn }) => arn))],
  };
}

function healthCheckLink({ route53: { homeCheck } }: FailoverTargets): Link {
  return {
    environment: { HEALTH_CHECK_ID: homeCheck.id },
    statements: [
      { Sid: "Repoint", Action: ["route53:UpdateHealthCheck"], Resource: [homeCheck.arn] },
    ],
  };
}

/**
 * The rule by its name, not as a resource: on destroy it must be deleted first, because an
 * invocation that still runs takes its absence as a sign that the stack is being destroyed.
 */
function tickLink({ platform }: FailoverTargets): Link {
  const { standby, accountId } = platform;
  const name = tickRuleName(platform);
  const rule = pulumi.interpolate`arn:aws:events:${standby.name}:${accountId}:rule/${name}`;
  return {
    environment: { TICK_RULE: name },
    statements: [{ Sid: "Tick", Action: ["events:DescribeRule"], Resource: [rule] }],
  };
}

function topicsLink({ topics }: FailoverTargets): Link {
  const [home, standby] = [topics.home.alertsTopic.arn, topics.standby.alertsTopic.arn];
  return {
    environment: { HOME_TOPIC_ARN: home, STANDBY_TOPIC_ARN: standby },
    statements: [{ Sid: "Notify", Action: ["sns:Publish"], Resource: [home, standby] }],
  };
}
