import { type Program, arn, loadProgram } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const orchestrator = arn("lambda", "us-east-2", "function:dev-failover-orchestrator-use2");

test("every resource of Failover depends on everything else, so it is destroyed first", () => {
  const failover = program.component("Failover", "failover");
  const own = new Set([failover, ...program.under(failover)].map(({ urn }) => urn));
  const others = program.resources.filter(
    ({ urn, type }) => !own.has(urn) && !type.startsWith("pulumi:"),
  );
  expect(own.size).toBeGreaterThan(1);
  const before = program.waitsFor(failover);
  expect(others.filter(({ urn }) => !before.has(urn)).map(({ urn }) => urn)).toEqual([]);
  // And nothing waits for it.
  const waiting = others.filter((other) =>
    [...program.waitsFor(other)].some((urn) => own.has(urn)),
  );
  expect(waiting.map(({ urn }) => urn)).toEqual([]);
});

test("sentinel probes both regions and invokes the orchestrator of its region", () => {
  const url = (of: string) => program.one("apigateway/stage", `api-${of}`).state.invokeUrl;
  expect(program.environmentOf("sentinel-use2")).toEqual({
    ENVIRONMENT: "dev",
    HOME_REGION: "us-east-1",
    STANDBY_REGION: "us-east-2",
    LEDGER_TABLE: "dev-ledger",
    HOME_API_URL: url("use1"),
    STANDBY_API_URL: url("use2"),
    UV_THREADPOOL_SIZE: "16",
    ORCHESTRATOR_FUNCTION: "dev-failover-orchestrator-use2",
    CANARY_SECRET_ARN: expect.stringMatching(
      /^arn:aws:secretsmanager:us-east-2:.*:dev-canary-keys-use1-/,
    ) as string,
  });
  const ledger = arn("dynamodb", "us-east-2", "table/dev-ledger");
  expect(program.rightsOf("sentinel-use2")).toMatchObject({
    WorkIndex: [["dynamodb:Query"], [`${ledger}/index/work`]],
    Functions: [["lambda:InvokeFunction"], [orchestrator]],
  });
  expect(program.one("lambda/function", "sentinel-use2").inputs).toMatchObject({
    timeout: 150,
    reservedConcurrentExecutions: 5,
  });
});

test("home's failover topic -> subscription -> permission -> orchestrator, across regions", () => {
  const topic = program.one("sns/topic", "topics-use1-failover");
  const subscription = program.one("sns/topicSubscription", "failover-home-topic");
  const permission = program.one("lambda/permission", "failover-home-topic");
  expect(subscription.inputs).toEqual({
    topic: topic.state.arn,
    protocol: "lambda",
    endpoint: orchestrator,
  });
  expect(permission.inputs).toEqual({
    action: "lambda:InvokeFunction",
    function: "dev-failover-orchestrator-use2",
    principal: "sns.amazonaws.com",
    sourceArn: topic.state.arn,
  });
  // The subscription lives with its topic, the permission with its function.
  expect([subscription.region, permission.region]).toEqual(["us-east-1", "us-east-2"]);
  expect(subscription.dependencies).toContain(permission.urn);
});

const told = {
  period: 60,
  evaluationPeriods: 1,
  threshold: 1,
  comparisonOperator: "GreaterThanOrEqualToThreshold",
  treatMissingData: "notBreaching",
  alarmActions: [arn("sns", "us-east-2", "dev-alerts-use2")],
  okActions: [arn("sns", "us-east-2", "dev-alerts-use2")],
  alarmDescription: expect.any(String) as string,
};

test.each([
  ["sentinel-errors", "dev-sentinel-use2"],
  ["orchestrator-errors", "dev-failover-orchestrator-use2"],
])("%s notifies people of failing invocations", (what, functionName) => {
  expect(program.one("cloudwatch/metricAlarm", `failover-alarms-${what}`).inputs).toEqual({
    ...told,
    name: `dev-${what}-use2`,
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: { FunctionName: functionName },
    statistic: "Sum",
  });
});

test("evidence that makes no sense notifies people", () => {
  const alarm = program.one("cloudwatch/metricAlarm", "failover-alarms-evidence-ignored");
  expect(alarm.inputs).toEqual({
    ...told,
    name: "dev-evidence-ignored-use2",
    namespace: "TradingPlatform",
    metricName: "EvidenceIgnored",
    dimensions: { Environment: "dev", Region: "us-east-2" },
    statistic: "Sum",
  });
});

test("missing probes notify people and never invoke the orchestrator", () => {
  const alarm = program.one("cloudwatch/metricAlarm", "failover-alarms-probes-missing");
  expect(alarm.inputs).toEqual({
    ...told,
    name: "dev-probes-missing-use2",
    namespace: "TradingPlatform",
    metricName: "HomeProbeFailed",
    dimensions: { Environment: "dev" },
    statistic: "SampleCount",
    comparisonOperator: "LessThanThreshold",
    treatMissingData: "breaching",
    // A minute without a probe, whenever it starts; not while the platform is new.
    period: 30,
    evaluationPeriods: 2,
    warmUpConfiguration: { warmUpPeriodDurationInMinutes: 15 },
  });
  expect(alarm.inputs.alarmActions).not.toContain(orchestrator);
});
