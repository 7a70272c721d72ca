import { METRIC_NAMESPACE } from "../../lambda/runtime/log";
import type { ApiGateway } from "../apiGateway";
import type { AlarmDefinition, AlarmDefinitions } from "./alarm";
import type { AuroraMember } from "../database/auroraMember";
import type { Dynamodb } from "../dynamodb";
import type { RegionalFunctions } from "../lambda";
import type { LambdaFunction } from "../functions/lambdaFunction";
import type { Platform, Region } from "../platform/platform";
import type { Queues } from "../messaging/queues";
import type { Route53 } from "../route53";
import type { S3 } from "../s3";

/** What a region's alarms watch. */
export interface AlarmTargets {
  readonly platform: Platform;
  readonly region: Region;
  readonly member: AuroraMember;
  readonly functions: RegionalFunctions;
  readonly api: ApiGateway;
  readonly queues: Queues;
  readonly dynamodb: Dynamodb;
  readonly s3: S3;
  readonly route53: Route53;
}

/** Dimensions of what handlers count in a region. */
export function ordersMetric({ platform, region }: AlarmTargets, metricName: string) {
  const dimensions = { Environment: platform.config.env, Region: region.name };
  return { namespace: METRIC_NAMESPACE, metricName, dimensions };
}

export function otherRegion({ platform, region }: AlarmTargets): Region {
  return region.key === "home" ? platform.standby : platform.home;
}

/** A region's functions by their base names. */
export function watchedFunctions(functions: RegionalFunctions) {
  return {
    "order-api": functions.orderApi,
    "order-processor": functions.orderProcessor,
    "settlement-sweep": functions.settlementSweep,
    health: functions.health,
    authorizer: functions.authorizer,
    "db-migration": functions.dbMigration,
  } as const;
}

type FunctionName = keyof ReturnType<typeof watchedFunctions>;

/** An alarm for each function of a region, named after it. */
export function forEachFunction(
  functions: RegionalFunctions,
  define: (name: FunctionName, target: LambdaFunction) => AlarmDefinition,
): AlarmDefinitions<`${FunctionName}-errors`> {
  const watched = Object.entries(watchedFunctions(functions)) as [FunctionName, LambdaFunction][];
  return Object.fromEntries(
    watched.map(([name, target]) => [`${name}-errors`, define(name, target)]),
  ) as AlarmDefinitions<`${FunctionName}-errors`>;
}
