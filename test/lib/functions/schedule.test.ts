import { type Program, arn, loadProgram } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const schedules = [
  ["functions-use1-sweep", "settlement-sweep", "minute", "settlement-sweep", "schedule"],
  ["functions-use2-sweep", "settlement-sweep", "minute", "settlement-sweep", "schedule"],
  ["functions-use1-prune", "canary-prune", "day", "db-migration", "prune"],
  ["functions-use2-prune", "canary-prune", "day", "db-migration", "prune"],
  ["failover-sentinel", "sentinel", "minute", "sentinel", "schedule"],
  ["failover-tick", "failover-tick", "minute", "failover-orchestrator", "tick"],
] as const;

test.each(schedules)(
  "%s: rule -> target -> permission -> function",
  (name, what, every, target, trigger) => {
    const region = name.includes("use1") ? "us-east-1" : "us-east-2";
    const token = region === "us-east-1" ? "use1" : "use2";
    const rule = program.one("cloudwatch/eventRule", name);
    expect(rule.inputs).toEqual({
      name: `dev-${what}-${token}`,
      description: expect.any(String) as string,
      scheduleExpression: `rate(1 ${every})`,
      state: "ENABLED",
    });
    const functionArn = arn("lambda", region, `function:dev-${target}-${token}`);
    expect(program.byArn("lambda/function", functionArn).region).toBe(region);
    expect(program.one("cloudwatch/eventTarget", name).inputs).toEqual({
      rule: rule.state.name,
      arn: functionArn,
      input: JSON.stringify(trigger === "prune" ? { prune: true } : { trigger }),
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
  },
);

test("no other function has a schedule", () => {
  const scheduled = program
    .all("cloudwatch/eventRule")
    .filter(({ inputs }) => "scheduleExpression" in inputs);
  const names = scheduled.map(({ name }) => name);
  expect(names.sort()).toEqual(schedules.map(([name]) => name).sort());
});
