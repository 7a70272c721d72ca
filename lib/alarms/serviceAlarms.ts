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
      alarmDescription: "No instance of this region's database reports",
      metric: {
        namespace: "AWS/RDS",
        metricName: "EngineUptime",
        dimensions,
        statistic: "SampleCount",
      },
      ...silence(ROW_MINUTES),
    },
    "replication-lag": {
      // Published where the lag is seen, so each region's alarm speaks while it is the standby.
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
      alarmDescription: "Home has no writer, by a fault or because the standby has taken over",
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

/** One for each function: home's composite asks for two of them. */
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

/** Of orders alone: /health?after=n answers Route 53 with 503 wherever home is not active. */
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
        // Of zeros and ones: the share of requests.
        statistic: "Average",
      },
      threshold: ERRORS_SHARE,
      evaluationPeriods: ROW_MINUTES,
      datapointsToAlarm: ROW_MINUTES - 1,
    },
  };
}

/** Out of this region, as far as it is counted here, and into it. */
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
      alarmDescription: "Archives come from the other region later than S3 promises",
      // Published where the copies arrive, failures where they come from (S3 User Guide, "Using S3
      // Replication metrics", the column of regions).
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

/** At home, because Route 53 publishes there alone; the standby is watched from outside of it. */
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
    ringsOnSilence: true,
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
