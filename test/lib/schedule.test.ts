import { type Program, arn, loadProgram } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

test.each([
  ["functions-use1-sweep", "settlement-sweep", "us-east-1", "settlement-sweep", "schedule"],
  ["functions-use2-sweep", "settlement-sweep", "us-east-2", "settlement-sweep", "schedule"],
  ["failover-sentinel", "sentinel", "us-east-2", "sentinel", "schedule"],
  ["failover-tick", "failover-tick", "us-east-2", "failover-orchestrator", "tick"],
])("%s: rule -> target -> permission -> function", (name, what, region, target, trigger) => {
  const token = region === "us-east-1" ? "use1" : "use2";
  const rule = program.one("cloudwatch/eventRule", name);
  expect(rule.inputs).toEqual({
    name: `dev-${what}-${token}`,
    description: expect.any(String) as string,
    scheduleExpression: "rate(1 minute)",
    state: "ENABLED",
  });
  const functionArn = arn("lambda", region, `function:dev-${target}-${token}`);
  expect(program.byArn("lambda/function", functionArn).region).toBe(region);
  expect(program.one("cloudwatch/eventTarget", name).inputs).toEqual({
    rule: rule.state.name,
    arn: functionArn,
    input: JSON.stringify({ trigger }),
    retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
  });
  expect(program.one("lambda/permission", name).inputs).toEqual({
    action: "lambda:InvokeFunction",
    function: `dev-${target}-${token}`,
    principal: "events.amazonaws.com",
    sourceArn: rule.state.arn,
  });
  expect([rule, program.one("cloudwatch/eventTarget", name)].map((each) => each.region)).toEqual([
    region,
    region,
  ]);
});

test("nothing else runs on a schedule", () => {
  expect(program.all("cloudwatch/eventRule")).toHaveLength(4);
  expect(program.all("cloudwatch/eventTarget")).toHaveLength(4);
});
