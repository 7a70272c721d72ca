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
import { type AlarmTargets, otherRegion } from "./targets";
import type { Region } from "../platform/platform";

export function databaseAlarms({ member }: AlarmTargets) {
  const dimensions = { DBClusterIdentifier: member.cluster.clusterIdentifier };
  return {
    "database-silent": {
      alarmDescription: "No instance of this region's database publishes metrics",
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
      alarmDescription: "This region's copy of the database is far behind the writer",
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
      alarmDescription: "Home has no writer: there is a fault, or the standby has taken over",
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
    alarmDescription: `Invocations of ${name} fail or time out`,
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
      alarmDescription: "The API answers orders with 5xx",
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
      alarmDescription: "Sessions reach the other region late",
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
      alarmDescription: "Archives arrive from the other region later than S3's SLA allows",
      // S3 publishes latency in the destination region and failures in the source region (S3 User
      // Guide, "Using S3 Replication metrics").
      metric: { ...archive("ReplicationLatency", other, region), statistic: "Maximum" },
      threshold: ARCHIVE_LAG_MINUTES * MINUTE_SECONDS,
      evaluationPeriods: ROW_MINUTES,
    },
    "archives-failing": {
      alarmDescription: "Archives cannot be copied to the other region",
      metric: { ...archive("OperationsFailedReplication", region, other), statistic: "Sum" },
    },
  };
}

/**
 * At home, because Route 53 publishes metrics only in us-east-1. So the standby is watched from
 * outside.
 */
export function endpointAlarms({ route53 }: AlarmTargets) {
  const check = (HealthCheckId: pulumi.Input<string>, alarmDescription: string) => ({
    alarmDescription,
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
    "home-endpoint": check(
      route53.homeCheck.id,
      "Home's API does not answer Route 53, or home is not active",
    ),
    "standby-endpoint": check(
      route53.standbyCheck.id,
      "The standby's API does not answer Route 53",
    ),
    "name-not-at-home": check(
      route53.inServiceCheck.id,
      "The API's name resolves to the standby region",
    ),
  };
}
