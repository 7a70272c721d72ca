import { type Program, arn, loadProgram, regions } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

describe.each(regions)("the orchestrator in %s", (token, region) => {
  const name = `failoverOrchestrator-${token}`;
  const both = (make: (token: string, region: string) => string) =>
    regions.map(([eachToken, eachRegion]) => make(eachToken, eachRegion));
  const clusters = both((t, r) => arn("rds", r, `cluster:dev-orders-${t}`));
  const topics = both((t, r) => arn("sns", r, `dev-alerts-${t}`));
  /** The region's own copy. */
  const canarySecretArn = () => {
    const { arn: home } = program.one("secretsmanager/secret", "tokens-canary").state;
    return String(home).replace("us-east-1", region);
  };
  const check = () => program.one("route53/healthCheck", "route53-home");

  test("gets the names of both regions", () => {
    const url = (of: string) => program.one("apigateway/stage", `api-${of}`).state.invokeUrl;
    expect(program.environmentOf(name)).toEqual({
      ENVIRONMENT: "dev",
      HOME_REGION: "us-east-1",
      STANDBY_REGION: "us-east-2",
      LEDGER_TABLE: "dev-ledger",
      HOME_API_URL: url("use1"),
      STANDBY_API_URL: url("use2"),
      UV_THREADPOOL_SIZE: "16",
      GLOBAL_CLUSTER_ID: "dev-orders-global",
      HOME_CLUSTER_ARN: clusters[0],
      STANDBY_CLUSTER_ARN: clusters[1],
      HOME_MIGRATION_FUNCTION: "dev-db-migration-use1",
      STANDBY_MIGRATION_FUNCTION: "dev-db-migration-use2",
      HOME_SWEEP_FUNCTION: "dev-settlement-sweep-use1",
      STANDBY_SWEEP_FUNCTION: "dev-settlement-sweep-use2",
      HOME_TOPIC_ARN: topics[0],
      STANDBY_TOPIC_ARN: topics[1],
      HEALTH_CHECK_ID: check().id,
      TICK_RULE: "dev-failover-tick-use2",
      CANARY_SECRET_ARN: canarySecretArn(),
    });
    expect(url(token)).toMatch(
      new RegExp(`^https://\\w+\\.execute-api\\.${region}\\.amazonaws\\.com/v1$`),
    );
  });

  test("has exactly the rights that failing over needs, in both regions", () => {
    const globalCluster = arn("rds", "", "global-cluster:dev-orders-global");
    const ledger = arn("dynamodb", region, "table/dev-ledger");
    const { Logs, Traces, OwnFailures, ...calls } = program.rightsOf(name);
    expect(Logs?.[1]).toEqual([
      `${arn("logs", region, `log-group:/aws/lambda/dev-failover-orchestrator-${token}`)}:*`,
    ]);
    expect(Traces?.[1]).toEqual(["*"]);
    expect(OwnFailures?.[1]).toEqual([arn("sqs", region, `dev-function-failures-${token}`)]);
    expect(calls).toEqual({
      LedgerGetItem: [["dynamodb:GetItem"], [ledger]],
      LedgerBatchGetItem: [["dynamodb:BatchGetItem"], [ledger]],
      LedgerPutItem: [["dynamodb:PutItem"], [ledger]],
      WorkIndex: [["dynamodb:Query"], [`${ledger}/index/work`]],
      Metrics: [["cloudwatch:PutMetricData"], ["*"]],
      CanarySecret: [["secretsmanager:GetSecretValue"], [canarySecretArn()]],
      Functions: [
        ["lambda:InvokeFunction"],
        [
          ...both((t, r) => arn("lambda", r, `function:dev-db-migration-${t}`)),
          ...both((t, r) => arn("lambda", r, `function:dev-settlement-sweep-${t}`)),
        ],
      ],
      LookAtDatabase: [
        ["rds:DescribeGlobalClusters", "rds:DescribeDBClusters"],
        [globalCluster, ...clusters],
      ],
      LookAtInstances: [["rds:DescribeDBInstances"], both((_, r) => arn("rds", r, "db:*"))],
      MoveDatabase: [
        ["rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"],
        [globalCluster, ...clusters],
      ],
      Repoint: [["route53:UpdateHealthCheck"], [check().state.arn]],
      Tick: [["events:DescribeRule"], [arn("events", "us-east-2", "rule/dev-failover-tick-use2")]],
      Notify: [["sns:Publish"], topics],
    });
  });

  test("has the timeout of a loop, and concurrency for loops that overlap", () => {
    expect(program.one("lambda/function", name).inputs).toMatchObject({
      timeout: 150,
      reservedConcurrentExecutions: 20,
      handler: "failoverOrchestrator.handler",
    });
  });

  test("does not run inside a network", () => {
    expect(program.one("lambda/function", name).inputs).not.toHaveProperty("vpcConfig");
  });
});

test("the orchestrators' policies do not depend on the tick's rule, so it can be deleted first", () => {
  const rule = program.one("cloudwatch/eventRule", "failover-tick");
  expect(rule.state.arn).toBe(arn("events", "us-east-2", "rule/dev-failover-tick-use2"));
  for (const [token] of regions) {
    const policy = program.one("iam/rolePolicy", `failoverOrchestrator-${token}`);
    expect(program.waitsFor(policy).has(rule.urn)).toBe(false);
  }
});

test("only operators invoke the orchestrator at home", () => {
  const invoking = [
    ...program
      .all("lambda/permission")
      .filter(({ inputs }) => String(inputs.function).includes("orchestrator")),
  ];
  expect(new Set(invoking.map(({ inputs }) => inputs.function))).toEqual(
    new Set(["dev-failover-orchestrator-use2"]),
  );
});

test("beside operators and the sentinel, only this account's tick, topic and alarm invoke the orchestrator", () => {
  const invoking = program
    .all("lambda/permission")
    .filter(({ inputs }) => String(inputs.function).includes("orchestrator"))
    .map(({ inputs: { principal, sourceArn, sourceAccount } }) => ({
      principal,
      sourceArn,
      sourceAccount,
    }));
  expect(invoking).toHaveLength(3);
  expect(invoking).toEqual(
    expect.arrayContaining([
      {
        principal: "events.amazonaws.com",
        sourceArn: arn("events", "us-east-2", "rule/dev-failover-tick-use2"),
        sourceAccount: undefined,
      },
      {
        principal: "sns.amazonaws.com",
        sourceArn: arn("sns", "us-east-1", "dev-failover-use1"),
        sourceAccount: undefined,
      },
      {
        principal: "lambda.alarms.cloudwatch.amazonaws.com",
        sourceArn: arn("cloudwatch", "us-east-2", "alarm:dev-home-lost-use2"),
        sourceAccount: "123456789012",
      },
    ]),
  );
});
