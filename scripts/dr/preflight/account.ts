import { GetAccountCommand } from "@aws-sdk/client-api-gateway";
import { GetRoleCommand, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Check } from "../check";
import { DrError } from "../exit";
import type { Plan } from "../plan";
import type { Tools } from "../tools";

/** One action of each service that a first `up` calls early. Who may do these may do the others. */
const actions = [
  "apigateway:POST",
  "cloudwatch:PutMetricAlarm",
  "dynamodb:CreateTable",
  "ec2:CreateVpc",
  "events:PutRule",
  "iam:CreateRole",
  "iam:CreateServiceLinkedRole",
  "iam:PassRole",
  "kms:CreateKey",
  "lambda:CreateFunction",
  "logs:CreateLogGroup",
  "rds:CreateGlobalCluster",
  "route53:CreateHealthCheck",
  "s3:CreateBucket",
  "secretsmanager:CreateSecret",
  "sns:CreateTopic",
  "sqs:CreateQueue",
  "synthetics:CreateCanary",
] as const;

const serviceLinkedRoles = [
  { role: "AWSServiceRoleForRDS", service: "rds.amazonaws.com" },
  { role: "AWSServiceRoleForDynamoDBReplication", service: "replication.dynamodb.amazonaws.com" },
] as const;

/** Who deploys, may they, and what must the account have? */
export function accountChecks(tools: Tools, plan: Plan, caller: string): Check[] {
  return [
    {
      name: "there are AWS credentials",
      todo: "sign in, or set AWS_PROFILE",
      find: () => Promise.resolve({ isFine: true, found: caller }),
    },
    {
      name: "the caller may create what the program needs",
      todo: "README.md lists the services; a boundary or a service control policy may deny as well",
      find: () => simulate(tools, caller),
    },
    ...serviceLinkedRoles.map((each) => serviceLinkedRoleCheck(tools, each)),
    ...plan.regions
      .filter((region) => plan.all("apigateway/stage", region).some(writesAccessLogs))
      .map((region) => loggingRoleCheck(tools, region)),
  ];
}

/** Who calls AWS. @throws an error of AWS without credentials. */
export async function callerArn({ aws }: Tools): Promise<string> {
  const { Arn } = await aws.sts.send(new GetCallerIdentityCommand({}));
  if (Arn === undefined) throw new DrError("STS names no caller");
  return Arn;
}

async function simulate({ aws }: Tools, caller: string) {
  const { EvaluationResults = [] } = await aws.iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principalOf(caller),
      ActionNames: [...actions],
    }),
  );
  const denied = EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== "allowed");
  const names = denied.map(({ EvalActionName }) => EvalActionName).join(", ");
  // A policy with a condition on what the simulation is not told, like a tag, denies there.
  const hangsOnConditions = denied.every(
    ({ MissingContextValues = [] }) => MissingContextValues.length > 0,
  );
  if (EvaluationResults.length === 0) throw new DrError("IAM gives no result");
  if (denied.length > 0 && hangsOnConditions) {
    throw new DrError(`depends on conditions that IAM cannot simulate: ${names}`);
  }
  const isFine = denied.length === 0;
  return {
    isFine,
    found: isFine ? `${EvaluationResults.length} actions allowed` : `not: ${names}`,
  };
}

/** The user, or the role behind a session. @throws DrError if IAM cannot simulate the caller. */
function principalOf(caller: string): string {
  const [, partition, , , account, resource = ""] = caller.split(":");
  const [kind, name] = resource.split("/");
  if (kind === "user") return caller;
  // A session's ARN has no path, so the simulation of a role with one fails: then it is unknown.
  if (kind === "assumed-role") return `arn:${partition}:iam::${account}:role/${name}`;
  throw new DrError(`IAM simulates users and roles; the caller is ${caller}`);
}

function serviceLinkedRoleCheck(
  { aws }: Tools,
  { role, service }: (typeof serviceLinkedRoles)[number],
): Check {
  return {
    name: `the service-linked role ${role} exists`,
    todo: `aws iam create-service-linked-role --aws-service-name ${service}`,
    find: async () => {
      try {
        await aws.iam.send(new GetRoleCommand({ RoleName: role }));
        return { isFine: true, found: "it does" };
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "NoSuchEntityException") throw error;
        return { isFine: false, found: "it does not" };
      }
    },
  };
}

const writesAccessLogs = ({ inputs }: ReturnType<Plan["all"]>[number]): boolean =>
  inputs["accessLogSettings"] !== undefined;

function loggingRoleCheck({ aws }: Tools, region: string): Check {
  return {
    name: `API Gateway has a logging role in ${region}`,
    todo: 'create one (docs/operations.md, "Deploying"), or set apiAccessLogs to false',
    find: async () => {
      const { cloudwatchRoleArn } = await aws.apiGateway(region).send(new GetAccountCommand({}));
      return { isFine: !!cloudwatchRoleArn, found: cloudwatchRoleArn ?? "none" };
    },
  };
}
