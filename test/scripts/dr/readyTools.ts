import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import {
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
} from "@aws-sdk/client-lambda";
import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
} from "@aws-sdk/client-rds";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { FakeTools, HOME, STANDBY, control } from "./fakeTools";

const clusterIn = (region: string) => `arn:aws:rds:${region}:123456789012:cluster:dev-orders`;

/** Everything is ready in both regions. */
export function readyTools(): FakeTools {
  const tools = new FakeTools();
  for (const region of [HOME, STANDBY]) {
    const { lambda, rds, dynamodb, cloudwatch, secrets } = tools.inRegion(region);
    const outcome = { done: true, action: { do: "nothing" }, control };
    lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(outcome)) as never });
    lambda
      .on(GetFunctionCommand)
      .resolves({ Configuration: { State: "Active", LastUpdateStatus: "Successful" } });
    lambda
      .on(GetFunctionConfigurationCommand)
      .resolves({ Role: "arn:aws:iam::1:role/orchestrator" });
    lambda
      .on(GetAccountSettingsCommand)
      .resolves({ AccountLimit: { UnreservedConcurrentExecutions: 700 } });
    lambda.on(GetFunctionConcurrencyCommand).resolves({ ReservedConcurrentExecutions: 4 });
    rds
      .on(DescribeDBClustersCommand)
      .resolves({ DBClusters: [{ Status: "available", EngineVersion: "15.10" }] });
    rds
      .on(DescribeDBInstancesCommand)
      .resolves({ DBInstances: [{ DBInstanceStatus: "available" }] });
    const members = [HOME, STANDBY].map((each) => ({
      DBClusterArn: clusterIn(each),
      IsWriter: each === HOME,
      SynchronizationStatus: "connected" as const,
    }));
    rds
      .on(DescribeGlobalClustersCommand)
      .resolves({ GlobalClusters: [{ GlobalClusterMembers: members }] });
    dynamodb.on(DescribeTableCommand).resolves({
      Table: {
        TableStatus: "ACTIVE",
        Replicas: [{ RegionName: HOME, ReplicaStatus: "ACTIVE" }],
        GlobalTableWitnesses: [{ RegionName: "us-west-2", WitnessStatus: "ACTIVE" }],
        MultiRegionConsistency: "STRONG",
      },
    });
    cloudwatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [{ SampleCount: 1 }] });
    secrets.on(GetSecretValueCommand).resolves({ SecretString: "the same secret" });
  }
  tools.iam
    .on(SimulatePrincipalPolicyCommand)
    .resolves({ EvaluationResults: [{ EvalActionName: "any", EvalDecision: "allowed" }] });
  return tools;
}
