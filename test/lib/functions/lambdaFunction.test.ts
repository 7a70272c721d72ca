import { type Program, arn, elsewhere, loadProgram } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const outside = { name: "health-use2", base: "dev-health-use2", stem: "health" };
const inside = { name: "orderProcessor-use1", base: "dev-order-processor-use1" };

test("a function outside the network has exactly these inputs", () => {
  const { inputs } = program.one("lambda/function", outside.name);
  expect(inputs).toEqual({
    name: outside.base,
    role: arn("iam", "", `role/${outside.base}`),
    runtime: "nodejs24.x",
    architectures: ["arm64"],
    handler: "health.handler",
    code: { __pulumiArchive: true, assets: {} },
    environment: {
      variables: {
        ENVIRONMENT: "dev",
        HOME_REGION: "us-east-1",
        STANDBY_REGION: "us-east-2",
        LEDGER_TABLE: "dev-ledger",
      },
    },
    timeout: 6,
    memorySize: 512,
    reservedConcurrentExecutions: 5,
    deadLetterConfig: { targetArn: arn("sqs", "us-east-2", "dev-function-failures-use2") },
    loggingConfig: { logFormat: "Text", logGroup: `/aws/lambda/${outside.base}` },
    tracingConfig: { mode: "Active" },
  });
});

test("a function inside the network leaves its security group when it is destroyed", () => {
  const { inputs } = program.one("lambda/function", inside.name);
  expect(inputs.vpcConfig).toEqual({
    subnetIds: [0, 1].map((n) => program.one("ec2/subnet", `network-use1-${n}`).id),
    securityGroupIds: [program.one("ec2/securityGroup", "network-use1-functions").id],
  });
  expect(inputs.replaceSecurityGroupsOnDestroy).toBe(true);
  expect(inputs.replacementSecurityGroupIds).toEqual([
    program.one("ec2/vpc", "network-use1").state.defaultSecurityGroupId,
  ]);
});

test.each([outside, inside])("$name has its own role, policy and log group", ({ name, base }) => {
  const lambda = program.one("lambda/function", name);
  const role = program.one("iam/role", name);
  expect(lambda.inputs.role).toBe(role.state.arn);
  expect(role.inputs.name).toBe(base);
  expect(JSON.parse(String(role.inputs.assumeRolePolicy))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      },
    ],
  });
  const policy = program.one("iam/rolePolicy", name);
  expect(policy.inputs).toMatchObject({ name: "calls", role: base });
  const logGroup = program.one("cloudwatch/logGroup", name);
  expect(logGroup.inputs).toEqual({ name: `/aws/lambda/${base}`, retentionInDays: 7 });
  // Destroyed after the function, which needs them to the end.
  expect(lambda.dependencies).toEqual(expect.arrayContaining([policy.urn, logGroup.urn]));
});

test("each function has its own role, policy and log group", () => {
  const functions = program.all("lambda/function");
  expect(functions).not.toEqual([]);
  const roles = functions.map(({ inputs }) => inputs.role);
  expect(new Set(roles).size).toBe(functions.length);
  const groups = program
    .all("cloudwatch/logGroup")
    .map(({ region, inputs }) => `${region} ${String(inputs.name)}`);
  const logging = functions.map(({ region, inputs }) => {
    const { logGroup } = (inputs.loggingConfig ?? {}) as { logGroup?: string };
    return `${region} ${logGroup}`;
  });
  expect(new Set(logging).size).toBe(functions.length);
  expect(logging.filter((each) => !groups.includes(each))).toEqual([]);
});

test("scheduled events are not retried; an alarm's invocation of the orchestrator is", () => {
  const configs = program.all("lambda/functionEventInvokeConfig");
  const never = { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 };
  const twice = { maximumEventAgeInSeconds: 300, maximumRetryAttempts: 2 };
  expect(Object.fromEntries(configs.map(({ name, inputs }) => [name, inputs]))).toEqual({
    "failoverOrchestrator-use1": { functionName: "dev-failover-orchestrator-use1", ...twice },
    "failoverOrchestrator-use2": { functionName: "dev-failover-orchestrator-use2", ...twice },
    "sentinel-use2": { functionName: "dev-sentinel-use2", ...never },
    "settlementSweep-use1": { functionName: "dev-settlement-sweep-use1", ...never },
    "settlementSweep-use2": { functionName: "dev-settlement-sweep-use2", ...never },
  });
});

test("every function has reserved concurrency", () => {
  const unlimited = ({ inputs }: { inputs: { reservedConcurrentExecutions?: unknown } }) =>
    typeof inputs.reservedConcurrentExecutions !== "number";
  expect(program.all("lambda/function").filter(unlimited)).toEqual([]);
});

test("with `unreserved`, no function has reserved concurrency", async () => {
  const small = await loadProgram(elsewhere);
  for (const { inputs } of small.all("lambda/function")) {
    expect(inputs).not.toHaveProperty("reservedConcurrentExecutions");
  }
});
