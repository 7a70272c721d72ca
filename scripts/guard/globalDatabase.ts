import type { GlobalCluster } from "@aws-sdk/client-rds";
import { HOME_REGION } from "../../lambda/runtime/tunables";
import type { Database } from "../drain";
import { regionOf } from "../stacks";

/** The region that writes, or null. */
export function writerRegionOf(global: GlobalCluster | null): string | null {
  const writer = global?.GlobalClusterMembers?.find(({ IsWriter }) => IsWriter === true);
  return writer?.DBClusterArn ? regionOf(writer.DBClusterArn) : null;
}

/**
 * Why nobody should change a stack now, by what RDS says about its global database: a line for each
 * reason. A stack that has no cluster yet has no reason.
 */
export function reasonsToWait(database: Database | null, global: GlobalCluster | null): string[] {
  if (database === null || database.clusterArns.length === 0) return [];
  const members = global?.GlobalClusterMembers ?? [];
  const arns = members.map(({ DBClusterArn }) => DBClusterArn);
  const writer = writerRegionOf(global);
  const status = global?.FailoverState?.Status;
  return [
    ...database.clusterArns
      .filter((arn) => !arns.includes(arn))
      .map((arn) => `${arn} is not a member of ${database.globalClusterId}`),
    ...(members.length > 0 && writer === null ? ["no member of the global database writes"] : []),
    ...(writer !== null && writer !== HOME_REGION
      ? [`${writer} writes: the platform is failed over; fail back first`]
      : []),
    ...(status === undefined ? [] : [`RDS moves the writer (${status})`]),
    ...members
      .filter(({ SynchronizationStatus: sync }) => sync !== undefined && sync !== "connected")
      .map((each) => `${each.DBClusterArn} is out of sync (${each.SynchronizationStatus})`),
  ];
}
