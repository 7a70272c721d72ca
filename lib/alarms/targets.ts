import { METRIC_NAMESPACE } from "../../lambda/runtime/log";
import type { ApiGateway } from "../apiGateway";
import type { AuroraMember } from "../database/auroraMember";
import type { Dynamodb } from "../dynamodb";
import type { RegionalFunctions } from "../lambda";
import type { RegionalArgs } from "../platform/component";
import type { Region } from "../platform/platform";
import type { Queues } from "../messaging/queues";
import type { Route53 } from "../route53";
import type { S3 } from "../s3";

/** What a region's alarms watch. */
export interface AlarmTargets extends RegionalArgs {
  readonly member: AuroraMember;
  readonly functions: RegionalFunctions;
  readonly api: ApiGateway;
  readonly queues: Queues;
  readonly dynamodb: Dynamodb;
  readonly s3: S3;
  readonly route53: Route53;
}

/** A metric that the handlers of a region write. */
export function ordersMetric({ platform, region }: RegionalArgs, metricName: string) {
  const dimensions = { Environment: platform.config.env, Region: region.name };
  return { namespace: METRIC_NAMESPACE, metricName, dimensions };
}

export function otherRegion({ platform, region }: AlarmTargets): Region {
  return region.key === "home" ? platform.standby : platform.home;
}
