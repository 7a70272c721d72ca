import { DescribeDBClustersCommand, DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { SERVING } from "../../../lambda/failover/targetDatabase";
import { nameOf } from "../arn";
import type { Check } from "../check";
import type { Deployment } from "../deployment";
import { databaseWriter } from "../state";
import type { Tools } from "../tools";

/** Could the standby's database be promoted? Asks RDS in the standby's region alone. */
export function databaseChecks(tools: Tools, deployment: Deployment): Check[] {
  const { standby, home } = deployment.regions;
  const rds = tools.aws.rds(standby.name);
  const clusterId = nameOf(standby.clusterArn);
  const cluster = async () => {
    const answer = await rds.send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: clusterId }),
    );
    return answer.DBClusters?.[0];
  };
  return [
    {
      name: "the standby's cluster is available",
      todo: `repair ${clusterId} in the RDS console`,
      find: async () => {
        const status = (await cluster())?.Status ?? "absent";
        return { isFine: SERVING.has(status), found: `${clusterId} is ${status}` };
      },
    },
    {
      name: "the standby's cluster has an available instance",
      todo: `add or repair an instance of ${clusterId}`,
      find: async () => {
        const Filters = [{ Name: "db-cluster-id", Values: [clusterId] }];
        const answer = await rds.send(new DescribeDBInstancesCommand({ Filters }));
        const statuses = (answer.DBInstances ?? []).map((each) => each.DBInstanceStatus ?? "?");
        const isFine = statuses.some((status) => SERVING.has(status));
        return { isFine, found: statuses.join(", ") || "none" };
      },
    },
    {
      name: "both members are in the global database and synchronized",
      todo: "wait until AWS has added the member again, or repair it",
      find: async () => {
        const writer = await databaseWriter(tools, deployment, standby);
        const [reader] = writer.readers;
        const found = `${writer.region ?? "nobody"} writes, ${
          reader ? `${reader.region} is ${reader.synchronization}` : "no other member"
        }`;
        return { isFine: writer.region !== null && reader?.synchronization === "connected", found };
      },
    },
    {
      name: "both clusters have the same engine version",
      todo: "complete the upgrade: a failover across versions is refused or switches over slowly",
      find: async () => {
        const own = (await cluster())?.EngineVersion ?? "unknown";
        const answer = await tools.aws
          .rds(home.name)
          .send(new DescribeDBClustersCommand({ DBClusterIdentifier: nameOf(home.clusterArn) }));
        const other = answer.DBClusters?.[0]?.EngineVersion ?? "unknown";
        const found = `${standby.name} ${own}, ${home.name} ${other}`;
        return { isFine: own === other && own !== "unknown", found };
      },
    },
  ];
}
