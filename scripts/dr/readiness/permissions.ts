import { SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Check } from "../check";
import type { Deployment } from "../deployment";
import { DrError } from "../exit";
import { memo } from "../memo";
import type { Tools } from "../tools";

/** May the orchestrator do what a failover to the standby needs? IAM simulates, nothing is called. */
export function permissionChecks({ aws }: Tools, deployment: Deployment): Check[] {
  const { standby, home } = deployment.regions;
  const account = standby.orchestratorArn.split(":")[4]!;
  const functionArn = (name: string) =>
    `arn:aws:lambda:${standby.name}:${account}:function:${name}`;
  const globalArn = `arn:aws:rds::${account}:global-cluster:${deployment.globalClusterId}`;
  const ledgerArn = `arn:aws:dynamodb:${standby.name}:${account}:table/${deployment.ledgerTable}`;
  const needed: Readonly<Record<string, string[]>> = {
    "rds:FailoverGlobalCluster": [globalArn, standby.clusterArn],
    "rds:SwitchoverGlobalCluster": [globalArn, home.clusterArn],
    "rds:DescribeGlobalClusters": [globalArn],
    "dynamodb:PutItem": [ledgerArn],
    "dynamodb:GetItem": [ledgerArn],
    "lambda:InvokeFunction": [
      standby.functions["dbMigration"]!,
      standby.functions["settlementSweep"]!,
    ].map(functionArn),
    "sns:Publish": [standby.alertsTopicArn],
  };
  const role = async () => {
    const { Role } = await aws
      .lambda(standby.name)
      .send(new GetFunctionConfigurationCommand({ FunctionName: standby.orchestratorArn }));
    if (Role === undefined) throw new DrError("Lambda names no role of the orchestrator");
    return Role;
  };
  const roleArn = memo(role);
  return Object.entries(needed).map(([action, resources]) => ({
    name: `the orchestrator may ${action}`,
    todo: "run `up`; if it stays, look for a boundary or a service control policy that denies it",
    find: async () => {
      const answer = await aws.iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: await roleArn(),
          ActionNames: [action],
          ResourceArns: resources,
          ContextEntries: [
            {
              ContextKeyName: "dynamodb:LeadingKeys",
              ContextKeyType: "stringList",
              ContextKeyValues: ["control"],
            },
          ],
        }),
      );
      const denied = (answer.EvaluationResults ?? []).filter(
        ({ EvalDecision }) => EvalDecision !== "allowed",
      );
      const found = denied.map(
        ({ EvalResourceName, EvalDecision }) => `${EvalResourceName}: ${EvalDecision}`,
      );
      const isFine = denied.length === 0 && (answer.EvaluationResults?.length ?? 0) > 0;
      return { isFine, found: isFine ? "allowed" : found.join(", ") || "no result" };
    },
  }));
}
