import * as pulumi from "@pulumi/pulumi";
import { METRIC_NAMESPACE } from "../../lambda/runtime/log";
import { LOOP_TIMEOUT_SECONDS } from "../../lambda/detection/tunables";
import { RTO_SECONDS } from "../../lambda/failover/budget";
import { ORCHESTRATOR_RESERVED_CONCURRENCY, ORCHESTRATOR_RETRIES } from "../platform/tunables";
import type { ApiGateway } from "../apiGateway";
import type { Aurora } from "../aurora";
import type { Dynamodb } from "../dynamodb";
import { type RegionalFunctions, commonEnvironment } from "../lambda";
import { LambdaFunction } from "./lambdaFunction";
import type { Pair, Platform, Region } from "../platform/platform";
import {
  type Statement,
  invokeStatement,
  ledgerStatement,
  metricsStatement,
  secretStatement,
  workIndexStatement,
} from "../platform/policies";
import type { Queues } from "../messaging/queues";
import type { Route53 } from "../route53";
import type { Sns } from "../sns";
import type { Tokens } from "../secrets/tokens";

/**
 * An alarm wakes it once. A run that dies, or whose time ends under a target, fails, and Lambda's
 * retry carries on; whatever is older than an outage should last says nothing new.
 */
const retries = { attemptsMax: ORCHESTRATOR_RETRIES, eventAgeMaxSeconds: RTO_SECONDS };

/** What failing over touches. */
export interface FailoverTargets {
  readonly platform: Platform;
  readonly dynamodb: Dynamodb;
  readonly aurora: Aurora;
  readonly route53: Route53;
  readonly queues: Pair<Queues>;
  readonly functions: Pair<RegionalFunctions>;
  readonly apis: Pair<ApiGateway>;
  readonly topics: Pair<Sns>;
  readonly tokens: Tokens;
}

/** Name of the rule that ticks in the standby region. */
export function tickRuleName(platform: Platform): string {
  return platform.nameOf("eventRule", "failover-tick", platform.standby);
}

function orchestratorEnvironment(targets: FailoverTargets, region: Region) {
  const { platform, dynamodb, aurora, route53, functions, apis, topics, tokens } = targets;
  return {
    ...commonEnvironment(platform, dynamodb),
    HOME_API_URL: apis.home.url,
    STANDBY_API_URL: apis.standby.url,
    GLOBAL_CLUSTER_ID: aurora.globalClusterId,
    HOME_CLUSTER_ARN: aurora.members.home.clusterArn,
    STANDBY_CLUSTER_ARN: aurora.members.standby.clusterArn,
    HOME_MIGRATION_FUNCTION: functions.home.dbMigration.functionName,
    STANDBY_MIGRATION_FUNCTION: functions.standby.dbMigration.functionName,
    HOME_SWEEP_FUNCTION: functions.home.settlementSweep.functionName,
    STANDBY_SWEEP_FUNCTION: functions.standby.settlementSweep.functionName,
    HOME_TOPIC_ARN: topics.home.alertsTopic.arn,
    STANDBY_TOPIC_ARN: topics.standby.alertsTopic.arn,
    HEALTH_CHECK_ID: route53.healthCheckId,
    TICK_RULE: tickRuleName(platform),
    TOKEN_SECRET_ARN: tokens.secretArns[region.key],
  };
}

/** Either region's orchestrator may ask and move the database of both: home comes back by it. */
function databaseStatements({ platform, aurora }: FailoverTargets): Statement[] {
  const clusters = [aurora.members.home.clusterArn, aurora.members.standby.clusterArn];
  return [
    {
      Sid: "LookAtDatabase",
      Action: ["rds:DescribeGlobalClusters", "rds:DescribeDBClusters"],
      Resource: [aurora.globalClusterArn, ...clusters],
    },
    {
      Sid: "LookAtInstances",
      Action: ["rds:DescribeDBInstances"],
      // Asked for by cluster, which IAM sees as a question about all of a region.
      Resource: [platform.home, platform.standby].map(
        (region) => pulumi.interpolate`arn:aws:rds:${region.name}:${platform.accountId}:db:*`,
      ),
    },
    {
      Sid: "MoveDatabase",
      Action: ["rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"],
      Resource: [aurora.globalClusterArn, ...clusters],
    },
  ];
}

function orchestratorStatements(targets: FailoverTargets, region: Region): Statement[] {
  const { platform, dynamodb, route53, functions, topics, tokens } = targets;
  return [
    ledgerStatement(dynamodb.ledgerArnIn(region), "GetItem", "PutItem"),
    workIndexStatement(dynamodb.workIndexArnIn(region)),
    metricsStatement(METRIC_NAMESPACE),
    secretStatement("TokenSecret", tokens.secretArns[region.key]),
    invokeStatement(
      functions.home.dbMigration.arn,
      functions.standby.dbMigration.arn,
      functions.home.settlementSweep.arn,
      functions.standby.settlementSweep.arn,
    ),
    ...databaseStatements(targets),
    {
      Sid: "Repoint",
      Action: ["route53:UpdateHealthCheck"],
      Resource: [route53.healthCheckArn],
    },
    {
      Sid: "Tick",
      Action: ["events:DescribeRule"],
      // By name, not by resource: the rule must be the first to go when the stack is destroyed,
      // because a loop still running takes its absence for that.
      Resource: [
        pulumi.interpolate`arn:aws:events:${platform.standby.name}:${platform.accountId}:rule/${tickRuleName(platform)}`,
      ],
    },
    {
      Sid: "Notify",
      Action: ["sns:Publish"],
      Resource: [topics.home.alertsTopic.arn, topics.standby.alertsTopic.arn],
    },
  ];
}

/** The orchestrator in a region: the same code and the same rights in both. */
export function createOrchestrator(
  targets: FailoverTargets,
  region: Region,
  opts: pulumi.ComponentResourceOptions,
): LambdaFunction {
  const { platform, queues } = targets;
  return new LambdaFunction(
    `failoverOrchestrator-${region.code}`,
    {
      platform,
      region,
      stem: "failoverOrchestrator",
      environment: orchestratorEnvironment(targets, region),
      statements: orchestratorStatements(targets, region),
      timeoutSeconds: LOOP_TIMEOUT_SECONDS,
      failuresQueueArn: queues[region.key].failures.arn,
      reservedConcurrency: ORCHESTRATOR_RESERVED_CONCURRENCY,
      retries,
    },
    opts,
  );
}
