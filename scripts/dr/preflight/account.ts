import { GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  type EvaluationResult,
  GetRoleCommand,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
} from "@aws-sdk/client-iam";
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
      find: () => simulate(tools, plan, caller),
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

async function simulate(tools: Tools, plan: Plan, caller: string) {
  const asked = [
    { ActionNames: [...actions, ...gameDayActions(plan)], ResourceArns: ["*"] },
    ...roleRequests(plan, caller.split(":")[4]!),
  ];
  const simulated = await Promise.all(
    asked.map((request) =>
      resultsOf(tools, plan, { PolicySourceArn: principalOf(caller), ...request }),
    ),
  );
  const EvaluationResults = simulated.flat();
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

const gameDayActions = (plan: Plan): string[] =>
  plan.all("fis/experimentTemplate").length > 0 ? ["fis:CreateExperimentTemplate"] : [];

/** A policy may allow these only on the roles that the program makes. */
function roleRequests(plan: Plan, account: string) {
  const arn = (path: string) => `arn:aws:iam::${account}:role/${path}`;
  const linked = "aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS";
  return [
    {
      ActionNames: ["iam:CreateRole", "iam:PassRole"],
      ResourceArns: [arn(plan.input("iam/role", "name"))],
    },
    { ActionNames: ["iam:CreateServiceLinkedRole"], ResourceArns: [arn(linked)] },
  ];
}

async function resultsOf(
  { aws }: Tools,
  plan: Plan,
  request: SimulatePrincipalPolicyCommandInput,
): Promise<EvaluationResult[]> {
  const [role] = plan.all("iam/role");
  const boundary = role?.inputs["permissionsBoundary"] as string | undefined;
  // What docs/iam/rights.json asks for.
  const context = {
    "aws:RequestedRegion": plan.regions[0],
    "iam:PassedToService": "lambda.amazonaws.com",
    ...(boundary !== undefined && { "iam:PermissionsBoundary": boundary }),
  };
  const ContextEntries = Object.entries(context).map(([ContextKeyName, value]) => ({
    ContextKeyName,
    ContextKeyType: "string" as const,
    ContextKeyValues: [value],
  }));
  const answer = await aws.iam.send(
    new SimulatePrincipalPolicyCommand({ ...request, ContextEntries }),
  );
  return answer.EvaluationResults ?? [];
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
