import {
  type Program,
  arn,
  loadProgram,
  regions,
  setOtherwise,
  statements,
} from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const cases = regions.flatMap(([token, region]) =>
  (["health", "order"] as const).map((check) => [check, token, region] as const),
);

const canarySecret = (region: string) => {
  const { arn: home } = program.one("secretsmanager/secret", "tokens-canary").state;
  return String(home).replace("us-east-1", region);
};

describe.each(cases)("the canary of %s in %s", (check, token, region) => {
  const name = `synthetics-${token}-${check}`;
  const bucket = `dev-canaries-123456789012-${token}`;
  const canary = () => program.one("synthetics/canary", name);

  test("runs its script against its region's API", () => {
    expect(canary().inputs).toEqual({
      name: `dev-${check}-${token}`,
      runtimeVersion: "syn-nodejs-puppeteer-17.0",
      handler: `${check}.handler`,
      s3Bucket: bucket,
      s3Key: program.one("s3/bucketObjectv2", `synthetics-${token}-scripts`).inputs.key,
      artifactS3Location: `s3://${bucket}/runs/${check}`,
      executionRoleArn: program.one("iam/role", name).state.arn,
      schedule: { expression: "rate(5 minutes)" },
      runConfig: {
        timeoutInSeconds: 90,
        activeTracing: true,
        environmentVariables: {
          ENVIRONMENT: "dev",
          API_URL: program.one("apigateway/stage", `api-${token}`).state.invokeUrl,
          ...(check === "order" && { CANARY_SECRET_ARN: canarySecret(region) }),
        },
      },
      startCanary: true,
      deleteLambda: true,
    });
    expect(canary().region).toBe(region);
    const before = program.waitsFor(canary());
    const needed = [
      program.one("iam/rolePolicy", name),
      program.one("s3/bucketPolicy", `synthetics-${token}`),
    ];
    expect(needed.filter(({ urn }) => !before.has(urn))).toEqual([]);
  });

  test("its role has what AWS requires of a canary outside a VPC, except creating the log group", () => {
    // CloudWatch User Guide: required roles and permissions for canaries.
    const required = [
      ...["s3:PutObject", "s3:GetObject", "s3:GetBucketLocation", "s3:ListAllMyBuckets"],
      ...["logs:CreateLogStream", "logs:PutLogEvents", "logs:CreateLogGroup"],
      ...["xray:PutTraceSegments", "cloudwatch:PutMetricData"],
    ];
    const actions = statements(program.one("iam/rolePolicy", name).inputs.policy).flatMap(
      ({ Action }) => Action,
    );
    expect(required.filter((each) => !actions.includes(each))).toEqual(["logs:CreateLogGroup"]);
  });

  test("its role may do exactly this", () => {
    const { policy, role } = program.one("iam/rolePolicy", name).inputs;
    expect(role).toBe(`dev-canary-${check}-${token}`);
    const rights = statements(policy).map(({ Action, Resource }) => [Action, Resource]);
    expect(rights).toEqual([
      [["s3:PutObject", "s3:GetObject"], [`arn:aws:s3:::${bucket}/runs/${check}/*`]],
      [["s3:GetBucketLocation"], [`arn:aws:s3:::${bucket}`]],
      [["s3:ListAllMyBuckets"], ["*"]],
      [["cloudwatch:PutMetricData"], ["*"]],
      [
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [arn("logs", region, `log-group:/aws/lambda/cwsyn-dev-${check}-${token}-*`)],
      ],
      [["xray:PutTraceSegments"], ["*"]],
      ...(check === "order" ? [[["secretsmanager:GetSecretValue"], [canarySecret(region)]]] : []),
    ]);
    expect(statements(policy)[3]?.Condition).toEqual({
      StringEquals: { "cloudwatch:namespace": "CloudWatchSynthetics" },
    });
  });

  test("its function's log group belongs to the program, and the role may write to it", () => {
    const group = program.one("cloudwatch/logGroup", name);
    const engine = String(canary().state.engineArn).split(":")[6];
    expect(group.inputs).toEqual({ name: `/aws/lambda/${engine}`, retentionInDays: 7 });
    expect(engine).toMatch(new RegExp(`^cwsyn-dev-${check}-${token}-[0-9a-f-]{36}$`));
  });

  test("has an alarm that goes off after two bad runs of three, or without runs", () => {
    expect(
      program.one("cloudwatch/metricAlarm", `monitoring-${token}-canary-${check}`).inputs,
    ).toEqual({
      name: `dev-canary-${check}-${token}`,
      alarmDescription: expect.stringContaining(`The canary "${check}" fails`) as string,
      namespace: "CloudWatchSynthetics",
      metricName: "SuccessPercent",
      dimensions: { CanaryName: canary().state.name },
      statistic: "Average",
      period: 300,
      threshold: 100,
      comparisonOperator: "LessThanThreshold",
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: "breaching",
      warmUpConfiguration: { warmUpPeriodDurationInMinutes: 15 },
      alarmActions: [arn("sns", region, `dev-alerts-${token}`)],
    });
  });
});

test.each(regions)(
  "the scripts in %s are named by a hash of their content and do not expire",
  (token) => {
    const script = program.one("s3/bucketObjectv2", `synthetics-${token}-scripts`).inputs;
    expect(script.bucket).toBe(`dev-canaries-123456789012-${token}`);
    expect(script.key).toMatch(/^scripts\/[0-9a-f]{16}-syn-nodejs-puppeteer-17\.0\.zip$/);
  },
);

test("the schedule, the runtime and the alarm's period follow the configuration", async () => {
  const often = await loadProgram(setOtherwise);
  expect(often.one("synthetics/canary", "synthetics-use1-order").inputs).toMatchObject({
    runtimeVersion: "syn-nodejs-puppeteer-16.0",
    schedule: { expression: "rate(2 minutes)" },
  });
  expect(often.one("cloudwatch/metricAlarm", "monitoring-use1-canary-order").inputs).toMatchObject({
    period: 120,
    warmUpConfiguration: { warmUpPeriodDurationInMinutes: 15 },
  });
  const seldom = await loadProgram({ config: { canaryScheduleMinutes: "60" } });
  expect(seldom.one("cloudwatch/metricAlarm", "monitoring-use1-canary-order").inputs).toMatchObject(
    {
      period: 3600,
      warmUpConfiguration: { warmUpPeriodDurationInMinutes: 180 },
    },
  );
});

test("a canary's alarm notifies people and never invokes the orchestrator", () => {
  const alarms = program
    .all("cloudwatch/metricAlarm")
    .filter(({ inputs }) => String(inputs.namespace).includes("Synthetics"));
  const topics = new Set(alarms.flatMap(({ inputs }) => inputs.alarmActions as string[]));
  expect([...topics].sort()).toEqual(
    regions.map(([code, region]) => arn("sns", region, `dev-alerts-${code}`)),
  );
  const rules = program
    .all("cloudwatch/compositeAlarm")
    .filter(({ inputs }) => String(inputs.alarmRule).includes("canary-"))
    .map(({ inputs }) => inputs.alarmName);
  expect(rules.sort()).toEqual(["dev-degraded-use1", "dev-degraded-use2"]);
});

test("another runtime gives the code another location, because AWS takes both only together", async () => {
  const keyOf = (of: Program) => of.all("s3/bucketObjectv2").map(({ inputs }) => inputs.key);
  const other = await loadProgram(setOtherwise);
  expect(keyOf(other)).not.toEqual(keyOf(program));
  for (const canary of other.all("synthetics/canary")) {
    expect(canary.inputs.s3Key).toContain(canary.inputs.runtimeVersion);
  }
});
