import { DescribeGlobalClustersCommand } from "@aws-sdk/client-rds";
import { GetHostedZoneCommand } from "@aws-sdk/client-route-53";
import type { WorkEntry } from "../../lambda/orders/orderItem";
import { type WorkPage, openShards, queryWork } from "../../lambda/orders/workIndex";
import { atMost } from "../../lambda/runtime/concurrently";
import { CALLS_AT_ONCE_MAX } from "../../lambda/runtime/tunables";
import { nameOf } from "./arn";
import { DrError } from "./exit";
import type { DeployedRegion, Deployment } from "./deployment";
import { fromFirst } from "./fact";
import { datapoints } from "./metrics";
import type { Tools } from "./tools";

/** Open orders, counted up to the page size of every shard. */
export interface OpenOrders {
  count: number;
  /** There are more. */
  isAtLeast: boolean;
  /** When the oldest was accepted, in milliseconds since 1970; null if none is open. */
  oldestAtMs: number | null;
}

/** Reads one page of every shard of open orders. */
async function openPages(
  { aws, clock }: Tools,
  { ledgerTable }: Deployment,
  region: DeployedRegion,
): Promise<WorkPage[]> {
  const before = new Date(clock.nowMs()).toISOString();
  const runtime = { clock, dynamodb: aws.dynamodb(region.name) };
  const outcomes = await atMost(CALLS_AT_ONCE_MAX, openShards, (shard) =>
    queryWork(runtime, ledgerTable, { shard, before }),
  );
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

/** Counts open orders in the ledger's index. */
export async function openOrders(
  tools: Tools,
  deployment: Deployment,
  region: DeployedRegion,
): Promise<OpenOrders> {
  const pages = await openPages(tools, deployment, region);
  const times = pages.flatMap(({ entries }) => entries.map(({ at }) => Date.parse(at)));
  return {
    count: times.length,
    isAtLeast: pages.some(({ next }) => next !== undefined),
    oldestAtMs: times.length === 0 ? null : Math.min(...times),
  };
}

/** The oldest open orders, oldest first, from whichever region answers. */
export async function oldestOpen(
  tools: Tools,
  deployment: Deployment,
  countMax: number,
): Promise<{ entries: WorkEntry[]; isAll: boolean }> {
  const { home, standby } = deployment.regions;
  const found = await fromFirst([standby, home], (region) => openPages(tools, deployment, region));
  if ("problem" in found) throw new DrError(`dr: the ledger does not answer; ${found.problem}`);
  const entries = found.value.flatMap((page) => page.entries);
  entries.sort((a, b) => (a.at < b.at ? -1 : 1));
  const hasMore = found.value.some(({ next }) => next !== undefined);
  return { entries: entries.slice(0, countMax), isAll: !hasMore && entries.length <= countMax };
}

/** Who writes, according to RDS. */
export interface Writer {
  /** Null while no member writes. */
  region: string | null;
  /** The region that is being promoted. */
  movingTo: string | null;
  /** Regions of the members that follow. */
  readers: { region: string; synchronization: string }[];
}

export async function databaseWriter(
  { aws }: Tools,
  { globalClusterId }: Deployment,
  region: DeployedRegion,
): Promise<Writer> {
  const answer = await aws
    .rds(region.name)
    .send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: globalClusterId }));
  const [global] = answer.GlobalClusters ?? [];
  if (global === undefined) throw new DrError(`RDS knows no ${globalClusterId}`);
  const members = (global.GlobalClusterMembers ?? []).map((member) => ({
    region: regionOfArn(member.DBClusterArn) ?? "unknown",
    isWriter: member.IsWriter === true,
    synchronization: member.SynchronizationStatus ?? "unknown",
  }));
  return {
    region: members.find(({ isWriter }) => isWriter)?.region ?? null,
    movingTo: regionOfArn(global.FailoverState?.ToDbClusterArn),
    readers: members
      .filter(({ isWriter }) => !isWriter)
      .map(({ region: name, synchronization }) => ({ region: name, synchronization })),
  };
}

const regionOfArn = (arn: string | undefined): string | null => arn?.split(":")[3] ?? null;

/** Where the API's name leads, according to the zone's own name servers: no cache is asked. */
export async function dnsAnswer(
  { aws, resolve }: Tools,
  { hostedZoneId, apiDomain }: Deployment,
): Promise<string[]> {
  const zone = await aws.route53.send(new GetHostedZoneCommand({ Id: hostedZoneId }));
  const servers = zone.DelegationSet?.NameServers ?? [];
  if (servers.length === 0) throw new DrError(`Route 53 names no name servers of ${hostedZoneId}`);
  return resolve(apiDomain, servers);
}

/** Metrics of AWS arrive up to three minutes late. */
const LAG_MINUTES = 15;

/**
 * The newest replication lag of the database in milliseconds, as the region that follows reports it;
 * null without a datum in the last 15 minutes.
 */
export async function replicationLagMs(
  tools: Tools,
  region: DeployedRegion,
): Promise<number | null> {
  const lag = {
    namespace: "AWS/RDS",
    metric: "AuroraGlobalDBReplicationLag",
    dimensions: { DBClusterIdentifier: nameOf(region.clusterArn) },
    minutes: LAG_MINUTES,
  };
  const points = await datapoints(tools, region.name, lag, { Statistics: ["Maximum"] });
  points.sort((a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0));
  return points[0]?.Maximum ?? null;
}
