import * as pulumi from "@pulumi/pulumi";
import { metricsStatement, policyDocument } from "../../../lib/platform/policies";
import { loadProgram, statements } from "../../helpers/program";

function resolve(document: pulumi.Output<string>): Promise<string> {
  return new Promise((done) => document.apply(done));
}

test("outputs are resolved in the document", async () => {
  const document = policyDocument([
    { Sid: "One", Action: ["sqs:SendMessage"], Resource: [pulumi.output("arn:aws:sqs:x")] },
  ]);
  expect(JSON.parse(await resolve(document))).toEqual({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Sid: "One", Action: ["sqs:SendMessage"], Resource: ["arn:aws:sqs:x"] },
    ],
  });
});

test("a condition limits metrics to one namespace", () => {
  expect(metricsStatement("TradingPlatform").Condition).toEqual({
    StringEquals: { "cloudwatch:namespace": "TradingPlatform" },
  });
});

const service = [
  "logs:CreateLogStream",
  "logs:PutLogEvents",
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "sqs:SendMessage",
];
const inNetwork = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

test.each([
  [
    "orderApi",
    [...service, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "sqs:SendMessage"],
  ],
  [
    "orderProcessor",
    [
      ...service,
      ...inNetwork,
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "dynamodb:BatchGetItem",
      "dynamodb:UpdateItem",
      "dynamodb:PartiQLUpdate",
      "sqs:SendMessage",
      "rds-db:connect",
      "s3:PutObject",
      "dynamodb:UpdateItem",
    ],
  ],
  [
    "settlementSweep",
    [
      ...service,
      ...inNetwork,
      "dynamodb:GetItem",
      "dynamodb:PartiQLUpdate",
      "dynamodb:PartiQLDelete",
      "dynamodb:Query",
      "sqs:SendMessage",
      "sqs:GetQueueAttributes",
      "rds-db:connect",
    ],
  ],
  ["health", [...service, "dynamodb:GetItem", "dynamodb:UpdateItem"]],
  ["authorizer", [...service, "secretsmanager:GetSecretValue", "secretsmanager:GetSecretValue"]],
  ["dbMigration", [...service, ...inNetwork, "secretsmanager:GetSecretValue"]],
  [
    "failoverOrchestrator",
    [
      ...service,
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "cloudwatch:PutMetricData",
      "secretsmanager:GetSecretValue",
      "lambda:InvokeFunction",
      "rds:DescribeGlobalClusters",
      "rds:DescribeDBClusters",
      "rds:DescribeDBInstances",
      "rds:FailoverGlobalCluster",
      "rds:SwitchoverGlobalCluster",
      "route53:UpdateHealthCheck",
      "events:DescribeRule",
      "sns:Publish",
    ],
  ],
])("%s may do exactly this, in both regions", async (stem, actions) => {
  const program = await loadProgram();
  for (const token of ["use1", "use2"]) {
    const all = program.statementsOf(`${stem}-${token}`);
    expect(all.every(({ Effect }) => Effect === "Allow")).toBe(true);
    expect(all.flatMap(({ Action }) => Action).sort()).toEqual([...actions].sort());
  }
});

test("sentinel may do exactly this", async () => {
  const program = await loadProgram();
  const actions = program.statementsOf("sentinel-use2").flatMap(({ Action }) => Action);
  expect(actions.sort()).toEqual(
    [
      ...service,
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "cloudwatch:PutMetricData",
      "lambda:InvokeFunction",
      "secretsmanager:GetSecretValue",
    ].sort(),
  );
});

test("only actions without resource-level permissions are allowed on *, and no action has a wildcard", async () => {
  const program = await loadProgram();
  const everywhere = new Set<string>();
  for (const { name } of program.all("lambda/function")) {
    for (const { Action, Resource } of program.statementsOf(name)) {
      expect(Action.filter((action) => action.includes("*"))).toEqual([]);
      if (Resource.includes("*")) Action.forEach((action) => everywhere.add(action));
    }
  }
  expect([...everywhere].sort()).toEqual([
    "cloudwatch:PutMetricData",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
  ]);
});

test("no role may create a log group, through any policy", async () => {
  const program = await loadProgram();
  const roles = program.all("iam/role");
  const policies = program.all("iam/rolePolicy");
  // Every role has inline policies, which are read here, and no managed one.
  expect([...new Set(policies.map(({ inputs }) => inputs.role))].sort()).toEqual(
    roles.map(({ state }) => state.name).sort(),
  );
  expect(roles.flatMap(({ inputs }) => Object.keys(inputs)).sort()).toEqual(
    roles.flatMap(() => ["assumeRolePolicy", "name"]).sort(),
  );
  expect(program.all("iam/rolePolicyAttachment")).toEqual([]);
  const actions = policies.flatMap(({ inputs }) =>
    statements(inputs.policy).flatMap(({ Action }) => Action),
  );
  expect(
    actions.filter((action) => /^logs:|\*/.test(action) && action !== "logs:PutLogEvents"),
  ).toEqual(actions.filter((action) => action === "logs:CreateLogStream"));
});
