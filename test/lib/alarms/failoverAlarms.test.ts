import { type Program, loadProgram } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

test.each([
  ["home-unreachable", "HomeProbeFailed", "GreaterThanOrEqualToThreshold", 3],
  ["standby-reachable", "StandbyProbeFailed", "LessThanThreshold", 1],
])("%s watches the metric %s of the probes", (what, metricName, comparisonOperator, periods) => {
  const alarm = program.one("cloudwatch/metricAlarm", `failover-alarms-${what}`);
  expect(alarm.inputs).toEqual({
    name: `dev-${what}-use2`,
    alarmDescription: expect.any(String) as string,
    namespace: "TradingPlatform",
    metricName,
    dimensions: { Environment: "dev" },
    period: 10,
    statistic: "Minimum",
    threshold: 1,
    comparisonOperator,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    treatMissingData: "notBreaching",
  });
  expect(alarm.region).toBe("us-east-2");
});

test("composite -> action -> permission -> function -> role", () => {
  const composite = program.one("cloudwatch/compositeAlarm", "failover-alarms-home-lost");
  const orchestrator = program.one("lambda/function", "failoverOrchestrator-use2");
  const topic = program.one("sns/topic", "topics-use2-failover");
  expect(composite.inputs).toEqual({
    alarmName: "dev-home-lost-use2",
    alarmDescription: expect.any(String) as string,
    alarmRule: 'ALARM("dev-home-unreachable-use2") AND ALARM("dev-standby-reachable-use2")',
    alarmActions: [orchestrator.state.arn, topic.state.arn],
  });
  expect(program.one("lambda/permission", "failover-alarms-home-lost").inputs).toEqual({
    action: "lambda:InvokeFunction",
    function: orchestrator.inputs.name,
    principal: "lambda.alarms.cloudwatch.amazonaws.com",
    sourceAccount: "123456789012",
    sourceArn: composite.state.arn,
  });
  expect([composite, orchestrator, topic].map((each) => each.region)).toEqual(
    Array<string>(3).fill("us-east-2"),
  );
  expect(orchestrator.inputs.role).toBe(
    program.one("iam/role", "failoverOrchestrator-use2").state.arn,
  );
});

test("the composite is deleted before the alarms that it names", () => {
  const composite = program.one("cloudwatch/compositeAlarm", "failover-alarms-home-lost");
  for (const what of ["home-unreachable", "standby-reachable"]) {
    const { urn } = program.one("cloudwatch/metricAlarm", `failover-alarms-${what}`);
    expect(composite.propertyDependencies.alarmRule).toContain(urn);
  }
});
