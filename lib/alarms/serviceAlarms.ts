import { ARCHIVE_LAG_MINUTES, ERRORS_SHARE, LAG_SECONDS, ROW_MINUTES } from "./thresholds";
import type * as pulumi from "@pulumi/pulumi";
import type { RegionalFunctions } from "../lambda";
import { type KebabCase, functionBaseName } from "../platform/naming";
import {
  type AlarmDefinition,
  type AlarmDefinitions,
  MINUTE_SECONDS,
  minuteOf,
  result,
  silence,
} from "./alarm";
import type { AlarmText } from "./description";
import { type AlarmTargets, otherRegion } from "./targets";
import type { Region } from "../platform/platform";

export function databaseAlarms({ member }: AlarmTargets) {
  const dimensions = { DBClusterIdentifier: member.cluster.clusterIdentifier };
  return {
    "database-silent": {
      meaning: "No instance of this region's database publishes metrics",
      fault: "the cluster or its instances are down",
      first: "dr status",
      next: "read the events in the RDS console",
      metric: {
        namespace: "AWS/RDS",
        metricName: "EngineUptime",
        dimensions,
        statistic: "SampleCount",
      },
      ...silence(ROW_MINUTES),
    },
    "replication-lag": {
      // The metric is published in the secondary region, so each region's alarm is active while
      // that region is the secondary. AWS documents the metric as one of clusters, but no list of
      // its dimensions. `orders-open-long` goes off too if nothing is replicated.
      meaning:
        "This region's copy of the database is far behind the writer; a takeover would settle more orders again",
      fault: "replication is stalled",
      first: "dr status",
      next: "look at the writer's load in the RDS console; it does not prevent a failover",
      metric: {
        namespace: "AWS/RDS",
        metricName: "AuroraGlobalDBRPOLag",
        dimensions,
        statistic: "Maximum",
      },
      threshold: LAG_SECONDS * 1000,
      evaluationPeriods: ROW_MINUTES,
    },
  };
}

/** At home only. Stays on after a failover until home is the writer again. */
export function writerAlarm({ member }: AlarmTargets) {
  return {
    "home-not-writing": {
      meaning: "Home has no writer; stays on after a failover until the failback",
      fault: "home's writer is down, or the standby has taken over",
      first: "dr status",
      next: "read the events in the RDS console",
      metric: {
        namespace: "AWS/RDS",
        metricName: "EngineUptime",
        dimensions: { DBClusterIdentifier: member.cluster.clusterIdentifier, Role: "WRITER" },
        statistic: "SampleCount",
      },
      ...silence(ROW_MINUTES),
    },
  };
}

type FunctionAlarm = `${KebabCase<keyof RegionalFunctions["all"]>}-errors`;

/** One for each function. Home's composite uses two of them. */
export function functionAlarms({ functions }: AlarmTargets): AlarmDefinitions<FunctionAlarm> {
  const definitions = Object.entries(functions.all).map(([stem, target]) => {
    const name = functionBaseName(stem);
    return [`${name}-errors`, functionAlarm(name, target.function.name)];
  });
  return Object.fromEntries(definitions) as AlarmDefinitions<FunctionAlarm>;
}

function functionAlarm(name: string, FunctionName: pulumi.Input<string>): AlarmDefinition {
  const metric = (metricName: string) => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName },
  });
  return {
    meaning: `Invocations of ${name} fail or time out`,
    fault: "a deployment broke the function, or what it calls is down",
    first: "dr status",
    next: `read the log group of ${name}`,
    metric: {
      metricQueries: [
        minuteOf("errors", "Sum", metric("Errors")),
        minuteOf("invocations", "Sum", metric("Invocations")),
        result("IF(invocations > 0, errors / invocations, 0)", "share of invocations that failed"),
      ],
    },
    threshold: ERRORS_SHARE,
    evaluationPeriods: ROW_MINUTES,
    datapointsToAlarm: ROW_MINUTES - 1,
  };
}

/** Only for orders: /health?after=n answers Route 53 with 503 in a region that is not active. */
export function apiAlarm({ api }: AlarmTargets) {
  return {
    "api-errors": {
      meaning:
        "The API answers orders with 5xx; with errors of order-api or authorizer it invokes the orchestrator",
      fault: "order-api or authorizer fails",
      first: "dr status",
      next: "read the log group of order-api",
      metric: {
        namespace: "AWS/ApiGateway",
        metricName: "5XXError",
        dimensions: {
          ApiName: api.api.name,
          Stage: api.stage.stageName,
          Resource: "/orders",
          Method: "POST",
        },
        // The average of zeros and ones is the share of failed requests.
        statistic: "Average",
      },
      threshold: ERRORS_SHARE,
      evaluationPeriods: ROW_MINUTES,
      datapointsToAlarm: ROW_MINUTES - 1,
    },
  };
}

/** Replication out of this region, where its metrics are published here, and into it. */
export function replicationAlarms(targets: AlarmTargets) {
  const { region, dynamodb, s3 } = targets;
  const other = otherRegion(targets);
  const archive = (metricName: string, from: Region, to: Region) => ({
    namespace: "AWS/S3",
    metricName,
    dimensions: {
      SourceBucket: s3.buckets[from.key].bucket.bucket,
      DestinationBucket: s3.buckets[to.key].bucket.bucket,
      RuleId: s3.ruleIds[from.key],
    },
  });
  return {
    "sessions-lag": {
      meaning: "Sessions reach the other region late; no order depends on it",
      fault: "replication of DynamoDB is paused",
      first: "dr verify",
      next: "check AWS Health",
      metric: {
        namespace: "AWS/DynamoDB",
        metricName: "ReplicationLatency",
        dimensions: { TableName: dynamodb.sessions.name, ReceivingRegion: other.name },
        statistic: "Average",
      },
      threshold: LAG_SECONDS * 1000,
      evaluationPeriods: ROW_MINUTES,
    },
    "archives-lag": {
      meaning:
        "Archives arrive from the other region later than S3's SLA allows; no order depends on it",
      fault: "replication of S3 is paused",
      first: "dr verify --wait",
      next: "check AWS Health",
      // S3 publishes latency in the destination region and failures in the source region (S3 User
      // Guide, "Using S3 Replication metrics").
      metric: { ...archive("ReplicationLatency", other, region), statistic: "Maximum" },
      threshold: ARCHIVE_LAG_MINUTES * MINUTE_SECONDS,
      evaluationPeriods: ROW_MINUTES,
    },
    "archives-failing": {
      meaning: "Archives cannot be copied to the other region; no order depends on it",
      fault: "a right or a key of the replication role is missing",
      first: "dr verify --wait",
      next: "read the failure reason in S3's replication metrics",
      metric: { ...archive("OperationsFailedReplication", region, other), statistic: "Sum" },
    },
  };
}

/**
 * At home, because Route 53 publishes metrics only in us-east-1. So the standby is watched from
 * outside.
 */
export function endpointAlarms({ route53 }: AlarmTargets) {
  const check = (HealthCheckId: pulumi.Input<string>, text: AlarmText) => ({
    ...text,
    metric: {
      namespace: "AWS/Route53",
      metricName: "HealthCheckStatus",
      dimensions: { HealthCheckId },
      statistic: "Minimum",
    },
    comparisonOperator: "LessThanThreshold",
    // Data are up to three minutes late: with fewer periods all of them could be missing.
    evaluationPeriods: ROW_MINUTES,
    breachesOnMissingData: true,
  });
  return {
    "home-endpoint": check(route53.homeCheck.id, {
      meaning: "Home's API does not answer Route 53, or home is not active",
      fault: "the loss of home, or the standby has taken over",
      first: "dr status",
    }),
    "standby-endpoint": check(route53.standbyCheck.id, {
      meaning: "The standby's API does not answer Route 53, so no failover is possible",
      fault: "the loss of the standby region",
      first: "dr readiness",
      next: "repair the standby; home keeps working meanwhile",
    }),
    "name-not-at-home": check(route53.inServiceCheck.id, {
      meaning: "The API's name resolves to the standby region",
      fault: "the loss of home, or the standby has taken over",
      first: "dr status",
    }),
  };
}
