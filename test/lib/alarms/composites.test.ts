import { parseRule } from "../../../support/cloudwatch/alarmRule";
import { type Program, arn, loadProgram, statements } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

describe("home's composite home-not-serving", () => {
  const composite = () =>
    program.one("cloudwatch/compositeAlarm", "monitoring-use1-home-not-serving");

  test("composite -> topic -> subscription -> permission -> orchestrator in the standby region", () => {
    const { inputs, region } = composite();
    const topicArn = arn("sns", "us-east-1", "dev-failover-use1");
    expect([region, inputs.alarmActions]).toEqual(["us-east-1", [topicArn]]);
    const policy = program.all("sns/topicPolicy").find((each) => each.inputs.arn === topicArn)!;
    expect(statements(policy.inputs.policy).map(({ Sid }) => Sid)).toContain("Alarms");
    const subscription = program.one("sns/topicSubscription", "failover-home-topic").inputs;
    expect(subscription.topic).toBe(topicArn);
    const orchestrator = program.byArn("lambda/function", subscription.endpoint);
    expect([orchestrator.name, orchestrator.region]).toEqual([
      "failoverOrchestrator-use2",
      "us-east-2",
    ]);
    expect(program.one("lambda/permission", "failover-home-topic").inputs).toMatchObject({
      function: orchestrator.inputs.name,
      principal: "sns.amazonaws.com",
      sourceArn: topicArn,
    });
  });

  test.each([
    [[], false],
    [["home-not-writing"], true],
    [["api-errors"], false],
    [["order-api-errors", "authorizer-errors"], false],
    [["api-errors", "order-api-errors"], true],
    [["api-errors", "authorizer-errors"], true],
    [["api-errors", "order-processor-errors"], false],
    [["canary-order", "canary-health", "orders-failing"], false],
  ])("with %j in ALARM state its rule is %s", (ringing, expected) => {
    const { evaluate } = parseRule(String(composite().inputs.alarmRule));
    const names = ringing.map((what) => `dev-${what}-use1`);
    expect(evaluate((name) => (names.includes(name) ? "ALARM" : "OK"))).toBe(expected);
  });

  test("it is deleted before the alarms that it names", () => {
    for (const what of [
      "home-not-writing",
      "api-errors",
      "order-api-errors",
      "authorizer-errors",
    ]) {
      const { urn } = program.one("cloudwatch/metricAlarm", `monitoring-use1-${what}`);
      expect(composite().propertyDependencies.alarmRule).toContain(urn);
    }
  });
});

test("a composite only names alarms of its own region", () => {
  for (const { inputs, region } of program.all("cloudwatch/compositeAlarm")) {
    for (const child of parseRule(String(inputs.alarmRule)).children) {
      const alarm = program
        .all("cloudwatch/metricAlarm")
        .find((each) => each.inputs.name === child);
      expect([child, alarm?.region]).toEqual([child, region]);
    }
  }
});

test("only home-lost and home-not-serving invoke the orchestrator; missing probes never do", () => {
  const orchestrator = program.one("lambda/function", "failoverOrchestrator-use2").state.arn;
  const leads = [
    ...program.all("cloudwatch/metricAlarm"),
    ...program.all("cloudwatch/compositeAlarm"),
  ]
    .filter(({ inputs }) =>
      (["alarmActions", "okActions", "insufficientDataActions"] as const).some((property) =>
        ((inputs[property] ?? []) as string[]).some(
          (action) => action === orchestrator || action.includes(":dev-failover-"),
        ),
      ),
    )
    .map(({ name }) => name);
  expect(leads.sort()).toEqual(["failover-alarms-home-lost", "monitoring-use1-home-not-serving"]);
  const rules = program
    .all("cloudwatch/compositeAlarm")
    .map(({ inputs }) => String(inputs.alarmRule));
  expect(rules.filter((rule) => rule.includes("probes-missing"))).toEqual([]);
});
