import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateGlobalClusterCommand,
} from "@aws-sdk/client-rds";
import { textOf } from "../program";
import type { Stage } from "./stage";

/**
 * Creates the global database, as far as RDS describes it: PostgreSQL itself runs elsewhere. The
 * writer's cluster comes first, because it decides which member writes.
 */
export async function createGlobalDatabase(
  { declarations, clients }: Stage,
  portOf: (region: string) => number,
): Promise<void> {
  const global = declarations.one("rds/globalCluster:GlobalCluster");
  await clients(global.region).rds.send(
    new CreateGlobalClusterCommand({
      GlobalClusterIdentifier: textOf(global, "globalClusterIdentifier"),
      Engine: textOf(global, "engine"),
      EngineVersion: textOf(global, "engineVersion"),
      DatabaseName: textOf(global, "databaseName"),
    }),
  );
  const isWriter = ({ inputs }: { inputs: object }) => ("masterUsername" in inputs ? 0 : 1);
  const clusters = [...declarations.all("rds/cluster:Cluster")];
  for (const cluster of clusters.sort((one, other) => isWriter(one) - isWriter(other))) {
    const { masterUsername, masterPassword, databaseName } = cluster.inputs;
    await clients(cluster.region).rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: textOf(cluster, "clusterIdentifier"),
        GlobalClusterIdentifier: textOf(cluster, "globalClusterIdentifier"),
        Engine: textOf(cluster, "engine"),
        EngineVersion: textOf(cluster, "engineVersion"),
        EnableIAMDatabaseAuthentication: true,
        Port: portOf(cluster.region),
        ...(masterUsername === undefined
          ? {}
          : {
              MasterUsername: masterUsername as string,
              MasterUserPassword: masterPassword as string,
              DatabaseName: databaseName as string,
            }),
      }),
    );
  }
  for (const instance of declarations.all("rds/clusterInstance:ClusterInstance")) {
    await clients(instance.region).rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: textOf(instance, "identifier"),
        DBClusterIdentifier: textOf(instance, "clusterIdentifier"),
        DBInstanceClass: textOf(instance, "instanceClass"),
        Engine: textOf(instance, "engine"),
      }),
    );
  }
}
