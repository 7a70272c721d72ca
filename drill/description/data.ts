import type { IndexDescription } from "../../support/dynamodb/secondaryIndex";
import { type Lookup, type Resource, flag, list, optionalText, regionOf, text } from "./lookup";

export interface TableDescription {
  name: string;
  arn: string;
  region: string;
  hashKey: string;
  rangeKey: string | undefined;
  /** Regions with a replica, the table's own region first. */
  replicaRegions: readonly string[];
  witnessRegion: string | undefined;
  /**
   * Multi-region strong consistency decides by a quorum of three. Otherwise the last writer wins.
   */
  isStrong: boolean;
  indexes: readonly IndexDescription[];
}

export interface ClusterDescription {
  identifier: string;
  arn: string;
  resourceId: string;
  region: string;
  endpoint: string;
  readerEndpoint: string;
  databaseName: string | undefined;
  allowsIamTokens: boolean;
  instanceIdentifiers: readonly string[];
  /** The member that was created with the credentials is the first writer. */
  isFirstWriter: boolean;
}

export interface GlobalDatabaseDescription {
  identifier: string;
  arn: string;
  clusters: readonly ClusterDescription[];
}

interface Replica {
  regionName: string;
  consistencyMode?: string;
}

export function describeTables(lookup: Lookup): TableDescription[] {
  return lookup.all("aws:dynamodb/table:Table").map((table) => {
    const replicas = list<Replica>(table, "replicas");
    const hashKey = text(table, "hashKey");
    const rangeKey = optionalText(table, "rangeKey");
    const witness = (table.state["globalTableWitness"] ?? {}) as { regionName?: string };
    return {
      name: text(table, "name"),
      arn: text(table, "arn"),
      region: regionOf(table),
      hashKey,
      rangeKey,
      replicaRegions: [regionOf(table), ...replicas.map((replica) => replica.regionName)],
      witnessRegion: witness.regionName,
      isStrong: replicas.length > 0 && replicas.every((each) => each.consistencyMode === "STRONG"),
      indexes: list<Record<string, unknown>>(table, "globalSecondaryIndexes").map((index) =>
        describeIndex(index, [hashKey, rangeKey]),
      ),
    };
  });
}

function describeIndex(
  index: Record<string, unknown>,
  tableKeys: readonly (string | undefined)[],
): IndexDescription {
  const schema = (index["keySchemas"] ?? []) as { attributeName: string; keyType: string }[];
  const keyOf = (type: string): string | undefined =>
    schema.find((each) => each.keyType === type)?.attributeName;
  const hashKey = (index["hashKey"] as string | undefined) ?? keyOf("HASH");
  const rangeKey = (index["rangeKey"] as string | undefined) ?? keyOf("RANGE");
  if (hashKey === undefined) throw new Error(`index ${String(index["name"])} has no hash key`);
  const keys = [...tableKeys, hashKey, rangeKey].filter((key) => key !== undefined);
  const included = (index["nonKeyAttributes"] ?? []) as string[];
  return {
    name: String(index["name"]),
    hashKey,
    rangeKey,
    projected: index["projectionType"] === "ALL" ? undefined : new Set([...keys, ...included]),
  };
}

export function describeGlobalDatabases(lookup: Lookup): GlobalDatabaseDescription[] {
  const clusters = lookup.all("aws:rds/cluster:Cluster");
  return lookup.all("aws:rds/globalCluster:GlobalCluster").map((global) => ({
    identifier: text(global, "globalClusterIdentifier"),
    arn: text(global, "arn"),
    clusters: clusters
      .filter((cluster) =>
        [global.id, text(global, "globalClusterIdentifier")].includes(
          optionalText(cluster, "globalClusterIdentifier") ?? "",
        ),
      )
      .map((cluster) => describeCluster(lookup, cluster)),
  }));
}

function describeCluster(lookup: Lookup, cluster: Resource): ClusterDescription {
  const identifier = text(cluster, "clusterIdentifier");
  return {
    identifier,
    arn: text(cluster, "arn"),
    resourceId: text(cluster, "clusterResourceId"),
    region: regionOf(cluster),
    endpoint: text(cluster, "endpoint"),
    readerEndpoint: text(cluster, "readerEndpoint"),
    databaseName: optionalText(cluster, "databaseName"),
    allowsIamTokens: flag(cluster, "iamDatabaseAuthenticationEnabled"),
    instanceIdentifiers: lookup
      .all("aws:rds/clusterInstance:ClusterInstance")
      .filter((instance) => text(instance, "clusterIdentifier") === identifier)
      .map((instance) => text(instance, "identifier")),
    isFirstWriter: cluster.inputs["masterUsername"] !== undefined,
  };
}
