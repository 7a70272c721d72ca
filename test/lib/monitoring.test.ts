import { parseRule } from "../../support/cloudwatch/alarmRule";
import type { CapturedResource } from "../../support/capture/capture";
import { METRIC_NAMESPACE } from "../../lambda/runtime/log";
import { type Program, arn, loadProgram, regions, statements } from "../helpers/program";
import { metricsOf } from "../helpers/alarmMetrics";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

/** Where the value of a dimension must be found: a type and the property of its state. */
const dimensionOf: Readonly<Record<string, readonly [type: string, property: string]>> = {
  ApiName: ["apigateway/restApi", "name"],
  CanaryName: ["synthetics/canary", "name"],
  DBClusterIdentifier: ["rds/cluster", "clusterIdentifier"],
  DestinationBucket: ["s3/bucket", "bucket"],
  FunctionName: ["lambda/function", "name"],
  HealthCheckId: ["route53/healthCheck", "id"],
  QueueName: ["sqs/queue", "name"],
  SourceBucket: ["s3/bucket", "bucket"],
  Stage: ["apigateway/stage", "stageName"],
  TableName: ["dynamodb/table", "name"],
};

/** Dimensions that name no resource, and what they may be. */
const otherDimensions: Readonly<Record<string, readonly string[]>> = {
  Environment: ["dev"],
  Method: ["POST"],
  ReceivingRegion: ["us-east-1", "us-east-2"],
  Region: ["us-east-1", "us-east-2"],
  Resource: ["/orders"],
  Role: ["WRITER"],
  RuleId: ["to-use1", "to-use2"],
};

/** Resources that a dimension may name from another region than the alarm's. */
const acrossRegions = new Set(["DestinationBucket", "SourceBucket", "TableName", "HealthCheckId"]);

function strangeDimensions(of: Program, alarm: CapturedResource): string[] {
  return metricsOf(alarm).flatMap(({ dimensions }) =>
    Object.entries(dimensions).flatMap(([name, value]) => {
      if (otherDimensions[name])
        return otherDimensions[name].includes(value) ? [] : [`${name}=${value}`];
      const [type, property] = dimensionOf[name] ?? ["", ""];
      const found = of
        .all(type)
        .some(
          (each) =>
            (property === "id" ? each.id : each.state[property]) === value &&
            (acrossRegions.has(name) || each.region === alarm.region),
        );
      return found ? [] : [`${name}=${value}`];
    }),
  );
}

test("no alarm counts the 503 of /health?after=n to Route 53", () => {
  const gateways = program
    .all("cloudwatch/metricAlarm")
    .flatMap(metricsOf)
    .filter(({ dimensions }) => "ApiName" in dimensions);
  expect(gateways.map(({ dimensions: { Method, Resource } }) => `${Method} ${Resource}`)).toEqual([
    "POST /orders",
    "POST /orders",
  ]);
  const settings = program
    .all("apigateway/methodSettings")
    .filter(({ inputs }) => inputs["methodPath"] === "*/*");
  // Metrics of a single method are published only where this is on.
  expect(settings.map(({ inputs }) => inputs["settings"])).toEqual([
    expect.objectContaining({ metricsEnabled: true }),
    expect.objectContaining({ metricsEnabled: true }),
  ]);
});

test("every dimension of an alarm names a resource of the alarm's region", () => {
  const alarms = program.all("cloudwatch/metricAlarm");
  expect(alarms).not.toEqual([]);
  for (const alarm of alarms) {
    expect([alarm.name, strangeDimensions(program, alarm)]).toEqual([alarm.name, []]);
    expect(metricsOf(alarm).length).toBeGreaterThan(0);
  }
});

test("the check of dimensions finds one that names no resource", () => {
  const alarm = program.one("cloudwatch/metricAlarm", "monitoring-use1-hints-old");
  const astray = {
    ...alarm,
    inputs: { ...alarm.inputs, dimensions: { QueueName: "dev-orders-use2" } },
  };
  expect(strangeDimensions(program, astray)).toEqual(["QueueName=dev-orders-use2"]);
});

test("every metric in our namespace is one that a handler writes", () => {
  const known = [
    ...["HomeProbeFailed", "StandbyProbeFailed", "HomeCanaryFailed"],
    ...["OrdersAccepted", "OrdersFailed", "OrdersSettled", "OpenOrders", "OldestOpenSeconds"],
    ...["OrdersRefused", "EvidenceIgnored", "FailoverNotReady"],
  ];
  for (const alarm of program.all("cloudwatch/metricAlarm")) {
    for (const { namespace, metricName, dimensions } of metricsOf(alarm)) {
      if (namespace !== METRIC_NAMESPACE) continue;
      expect(known).toContain(metricName);
      const isLook = /^(Home|Standby)/.test(metricName);
      expect(Object.keys(dimensions)).toEqual(isLook ? ["Environment"] : ["Environment", "Region"]);
      // Each counts where it is published: looks in the standby region, the rest where it happens.
      expect(dimensions.Region ?? "us-east-2").toBe(alarm.region);
    }
  }
});

describe.each(regions)("the alarms in %s", (token, region) => {
  const alarm = (what: string) =>
    program.one("cloudwatch/metricAlarm", `monitoring-${token}-${what}`).inputs;
  const topicArn = arn("sns", region, `dev-alerts-${token}`);

  test("degraded goes off with any alarm of the region that notifies people", () => {
    const degraded = program.one("cloudwatch/compositeAlarm", `monitoring-${token}-degraded`);
    const names = program
      .under(program.component("Monitoring", `monitoring-${token}`))
      .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
      .map(({ inputs }) => String(inputs.name))
      .sort();
    expect(names).toContain(`dev-orders-failing-${token}`);
    const { children, evaluate } = parseRule(String(degraded.inputs.alarmRule));
    expect([...children].sort()).toEqual(names);
    for (const bad of names) {
      expect(evaluate((name) => (name === bad ? "ALARM" : "OK"))).toBe(true);
    }
    expect(evaluate(() => "INSUFFICIENT_DATA")).toBe(false);
    expect(degraded.inputs).toMatchObject({
      alarmName: `dev-degraded-${token}`,
      alarmActions: [topicArn],
      okActions: [topicArn],
    });
    for (const name of names) {
      const child = program
        .all("cloudwatch/metricAlarm")
        .find(({ inputs }) => inputs.name === name)!;
      expect([name, child.region, child.inputs.alarmActions]).toEqual([name, region, [topicArn]]);
      // The composite goes first, or AWS refuses to delete the alarm.
      expect(degraded.propertyDependencies.alarmRule).toContain(child.urn);
    }
    const topic = program.byArn("sns/topic", topicArn);
    const policy = program.all("sns/topicPolicy").find(({ inputs }) => inputs.arn === topicArn)!;
    const may = statements(policy.inputs.policy).find(({ Sid }) => Sid === "Alarms")!;
    expect([topic.region, may.Principal, may.Resource]).toEqual([
      region,
      { Service: "cloudwatch.amazonaws.com" },
      [topicArn],
    ]);
    const source = may.Condition!.ArnLike!["aws:SourceArn"] as string;
    expect(String(degraded.state.arn).startsWith(source.replace("*", ""))).toBe(true);
  });

  test("the rule is within CloudWatch's limits, with the longest environment", async () => {
    const longest = await loadProgram({ config: { env: "a".repeat(20) } });
    const rule = String(
      longest.one("cloudwatch/compositeAlarm", `monitoring-${token}-degraded`).inputs.alarmRule,
    );
    expect(rule.length).toBeLessThan(10_240);
    expect(parseRule(rule).children.length).toBeLessThanOrEqual(100);
  });

  test("orders-failing goes off when at least three orders and a tenth of a minute's orders fail", () => {
    const counted = (metricName: string) => ({
      namespace: "TradingPlatform",
      metricName,
      dimensions: { Environment: "dev", Region: region },
      stat: "Sum",
      period: 60,
    });
    const inputs = alarm("orders-failing");
    expect(inputs.metricQueries).toEqual([
      { id: "failures", metric: counted("OrdersFailed") },
      { id: "acceptances", metric: counted("OrdersAccepted") },
      { id: "failed", expression: "FILL(failures, 0)" },
      { id: "accepted", expression: "FILL(acceptances, 0)" },
      {
        id: "result",
        expression: "IF(failed >= 3 AND failed >= 0.1 * (failed + accepted), 1, 0)",
        label: "a tenth of the orders fail",
        returnData: true,
      },
    ]);
    expect(inputs).toMatchObject({ threshold: 1, evaluationPeriods: 1, alarmActions: [topicArn] });
    expect(inputs).not.toHaveProperty("period");
    expect(inputs).not.toHaveProperty("datapointsToAlarm");
  });

  test.each([
    ["replication-lag", "AWS/RDS", "AuroraGlobalDBRPOLag", "Maximum", 60_000],
    ["orders-open-long", "TradingPlatform", "OldestOpenSeconds", "Maximum", 300],
    ["orders-open-many", "TradingPlatform", "OpenOrders", "Maximum", 12_000],
    ["hints-old", "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 60],
    ["sessions-lag", "AWS/DynamoDB", "ReplicationLatency", "Average", 60_000],
    ["archives-lag", "AWS/S3", "ReplicationLatency", "Maximum", 900],
    ["api-errors", "AWS/ApiGateway", "5XXError", "Average", 0.05],
  ])("%s goes off after three minutes", (what, namespace, metricName, statistic, threshold) => {
    expect(alarm(what)).toMatchObject({
      namespace,
      metricName,
      statistic,
      threshold,
      period: 60,
      evaluationPeriods: 3,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
    });
  });

  test.each([
    ["order-dead-letters", `dev-order-dead-letters-${token}`],
    ["function-failures", `dev-function-failures-${token}`],
  ])("%s goes off at the first message", (what, queue) => {
    expect(alarm(what)).toEqual({
      name: `dev-${what}-${token}`,
      alarmDescription: expect.any(String) as string,
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queue },
      statistic: "Maximum",
      period: 60,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: [topicArn],
    });
  });

  test("archive failures are watched in the source region, lag in the destination region", () => {
    const [own, other] = token === "use1" ? ["use1", "use2"] : ["use2", "use1"];
    const bucket = (of: string) => `dev-archives-123456789012-${of}`;
    expect([alarm("archives-failing").dimensions, alarm("archives-lag").dimensions]).toEqual([
      { SourceBucket: bucket(own), DestinationBucket: bucket(other), RuleId: `to-${other}` },
      { SourceBucket: bucket(other), DestinationBucket: bucket(own), RuleId: `to-${own}` },
    ]);
    for (const { SourceBucket, RuleId } of [
      alarm("archives-failing").dimensions,
      alarm("archives-lag").dimensions,
    ] as Record<string, string>[]) {
      const config = program
        .all("s3/bucketReplicationConfig")
        .find(({ inputs }) => inputs.bucket === SourceBucket)!;
      expect(config.inputs.rules).toMatchObject([{ id: RuleId }]);
    }
  });

  test("missing data sets these alarms off, except while they are new", () => {
    const ringing = program
      .all("cloudwatch/metricAlarm")
      .filter((each) => each.region === region && each.inputs.treatMissingData === "breaching");
    for (const { inputs } of ringing) {
      expect(inputs.warmUpConfiguration).toEqual({ warmUpPeriodDurationInMinutes: 15 });
    }
    const names = ringing.map(({ inputs }) => String(inputs.name).replace(/^dev-|-use\d$/g, ""));
    const everywhere = ["canary-health", "canary-order", "database-silent", "orders-open-long"];
    const here = {
      use1: [
        ...["home-not-writing", "settling-silent", "home-endpoint", "standby-endpoint"],
        "name-not-at-home",
      ],
      use2: ["probes-missing"],
    };
    expect(names.sort()).toEqual([...everywhere, ...here[token]].sort());
  });
});

test("canary orders are watched in the standby region, with the metrics of its probes", () => {
  const { inputs } = program.one("cloudwatch/metricAlarm", "monitoring-use2-canary-orders-failing");
  expect(inputs).toMatchObject({
    namespace: "TradingPlatform",
    metricName: "HomeCanaryFailed",
    dimensions: { Environment: "dev" },
    statistic: "Sum",
    period: 60,
    threshold: 2,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
  });
});

test.each([
  ["home-endpoint", "route53-home"],
  ["standby-endpoint", "route53-standby"],
  ["name-not-at-home", "route53-in-service"],
])("%s watches Route 53's %s, at home where Route 53 publishes metrics", (what, check) => {
  const alarm = program.one("cloudwatch/metricAlarm", `monitoring-use1-${what}`);
  expect(alarm.region).toBe("us-east-1");
  expect(alarm.inputs).toMatchObject({
    namespace: "AWS/Route53",
    metricName: "HealthCheckStatus",
    dimensions: { HealthCheckId: program.one("route53/healthCheck", check).id },
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
  });
});
