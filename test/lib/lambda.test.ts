import { type Program, arn, loadProgram, regions, setOtherwise } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const stems = [
  "orderApi",
  "orderProcessor",
  "settlementSweep",
  "health",
  "authorizer",
  "dbMigration",
];

test("each region has the same functions, from the same entries", () => {
  const handlers = (region: string) =>
    program
      .all("lambda/function")
      .filter((each) => each.region === region)
      .map(({ inputs }) => inputs.handler)
      .sort();
  const shared = [...stems, "failoverOrchestrator"].map((stem) => `${stem}.handler`);
  expect(handlers("us-east-1")).toEqual(shared.sort());
  expect(handlers("us-east-2")).toEqual([...shared, "sentinel.handler"].sort());
});

test("a new version migrates both regions, then deploys what reads orders, then order-api", () => {
  const readers = ["orderProcessor", "settlementSweep"].flatMap((stem) =>
    regions.map(([code]) => program.one("lambda/function", `${stem}-${code}`)),
  );
  const migrations = regions.map(([code]) =>
    program.one("lambda/invocation", `functions-${code}-migrate`),
  );
  const urnsOf = (of: typeof readers) =>
    expect.arrayContaining(of.map(({ urn }) => urn)) as string[];
  for (const reader of readers) {
    expect([...program.waitsFor(reader)]).toEqual(urnsOf(migrations));
  }
  for (const [code] of regions) {
    const orderApi = program.one("lambda/function", `orderApi-${code}`);
    expect([...program.waitsFor(orderApi)]).toEqual(urnsOf(readers));
  }
});

test("only functions that use SQL are inside the network", () => {
  const inside = program.all("lambda/function").filter(({ inputs }) => "vpcConfig" in inputs);
  expect(inside.map(({ name }) => name)).toEqual([
    "dbMigration-use1",
    "dbMigration-use2",
    "orderProcessor-use1",
    "orderProcessor-use2",
    "settlementSweep-use1",
    "settlementSweep-use2",
  ]);
});

describe.each(regions)("functions in %s", (token, region) => {
  const queueUrl = (what: string, of = token, at: string = region) =>
    `https://sqs.${at}.amazonaws.com/123456789012/dev-${what}-${of}`;
  const common = {
    ENVIRONMENT: "dev",
    HOME_REGION: "us-east-1",
    STANDBY_REGION: "us-east-2",
    LEDGER_TABLE: "dev-ledger",
  };
  const database = {
    DATABASE_NAME: "trading",
    NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
  };
  const ledger = arn("dynamodb", region, "table/dev-ledger");
  const queue = (what: string) => arn("sqs", region, `dev-${what}-${token}`);
  const clusterOf = () => program.one("rds/cluster", `aurora-${token}`).state;
  const signIn = () => [
    ["rds-db:connect"],
    [arn("rds-db", region, `dbuser:${String(clusterOf().clusterResourceId)}/trading_app`)],
  ];
  const timeoutOf = (stem: string) =>
    program.one("lambda/function", `${stem}-${token}`).inputs.timeout;

  test("order-api sends hints to both regions and writes to its own region's ledger", () => {
    expect(program.environmentOf(`orderApi-${token}`)).toEqual({
      ...common,
      HOME_QUEUE_URL: queueUrl("orders", "use1", "us-east-1"),
      STANDBY_QUEUE_URL: queueUrl("orders", "use2", "us-east-2"),
    });
    expect(program.rightsOf(`orderApi-${token}`)).toMatchObject({
      Queues: [
        ["sqs:SendMessage"],
        [arn("sqs", "us-east-1", "dev-orders-use1"), arn("sqs", "us-east-2", "dev-orders-use2")],
      ],
    });
    expect(timeoutOf("orderApi")).toBe(6);
  });

  test("order-processor settles in its region's cluster", () => {
    expect(program.environmentOf(`orderProcessor-${token}`)).toEqual({
      ...common,
      ...database,
      DATABASE_ENDPOINT: clusterOf().endpoint,
      DEAD_LETTER_QUEUE_URL: queueUrl("order-dead-letters"),
      ARCHIVE_BUCKET: `dev-archives-123456789012-${token}`,
      SESSIONS_TABLE: "dev-sessions",
    });
    expect(program.rightsOf(`orderProcessor-${token}`)).toMatchObject({
      EventSource: [
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        [queue("orders"), queue("backlog")],
      ],
      Queues: [["sqs:SendMessage"], [queue("order-dead-letters")]],
      Database: signIn(),
      Archive: [["s3:PutObject"], [`arn:aws:s3:::dev-archives-123456789012-${token}/archive/*`]],
      Sessions: [["dynamodb:UpdateItem"], [arn("dynamodb", region, "table/dev-sessions")]],
    });
    expect(timeoutOf("orderProcessor")).toBe(10);
  });

  test.each([
    ["orders", 6],
    ["backlog", 4],
  ])("order-processor receives batches of %s and reports failures by message", (what, most) => {
    expect(program.one("lambda/eventSourceMapping", `functions-${token}-${what}`).inputs).toEqual({
      functionName: `dev-order-processor-${token}`,
      eventSourceArn: queue(what),
      batchSize: 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: most },
    });
  });

  test("settlement-sweep reads from its region's reader and sends to its region's queue", () => {
    expect(program.environmentOf(`settlementSweep-${token}`)).toEqual({
      ...common,
      ...database,
      DATABASE_READER_ENDPOINT: clusterOf().readerEndpoint,
      QUEUE_URL: queueUrl("orders"),
      BACKLOG_QUEUE_URL: queueUrl("backlog"),
    });
    expect(program.rightsOf(`settlementSweep-${token}`)).toMatchObject({
      WorkIndex: [["dynamodb:Query"], [`${ledger}/index/work`]],
      Queues: [["sqs:SendMessage"], [queue("backlog")]],
      QueueDepth: [["sqs:GetQueueAttributes"], [queue("orders"), queue("backlog")]],
      Database: signIn(),
    });
    expect(timeoutOf("settlementSweep")).toBe(50);
  });

  test("health uses only the ledger", () => {
    expect(program.environmentOf(`health-${token}`)).toEqual(common);
    const { Logs, Traces, OwnFailures, ...calls } = program.rightsOf(`health-${token}`);
    expect([Logs, Traces, OwnFailures]).not.toContain(undefined);
    expect(calls).toEqual({
      LedgerGetItem: [["dynamodb:GetItem"], [ledger]],
      LedgerUpdateItem: [["dynamodb:UpdateItem"], [ledger]],
    });
    expect(timeoutOf("health")).toBe(6);
  });

  test("authorizer may read its region's copies of the token keys, and no other secret", () => {
    const copyOf = (name: string) =>
      String(program.one("secretsmanager/secret", name).state.arn).replace("us-east-1", region);
    const [clients, canaries] = [copyOf("tokens"), copyOf("tokens-canary")];
    expect(program.environmentOf(`authorizer-${token}`)).toEqual({
      ENVIRONMENT: "dev",
      TOKEN_SECRET_ARN: clients,
      CANARY_SECRET_ARN: canaries,
    });
    const { Logs, Traces, OwnFailures, ...calls } = program.rightsOf(`authorizer-${token}`);
    expect([Traces?.[1], OwnFailures?.[1]]).toEqual([["*"], [queue("function-failures")]]);
    expect(Logs?.[1]).toEqual([
      `${arn("logs", region, `log-group:/aws/lambda/dev-authorizer-${token}`)}:*`,
    ]);
    expect(calls).toEqual({
      TokenSecret: [["secretsmanager:GetSecretValue"], [clients]],
      CanarySecret: [["secretsmanager:GetSecretValue"], [canaries]],
    });
    expect(timeoutOf("authorizer")).toBe(6);
  });

  test("db-migration uses its region's cluster and secret", () => {
    expect(program.environmentOf(`dbMigration-${token}`)).toEqual({
      ...database,
      ENVIRONMENT: "dev",
      DATABASE_ENDPOINT: clusterOf().endpoint,
      DATABASE_SECRET_ARN: expect.stringContaining(`:secretsmanager:${region}:`) as string,
    });
    expect(timeoutOf("dbMigration")).toBe(900);
  });

  test("migrations run when a new bundle is deployed, after the database is complete", () => {
    const migrate = program.one("lambda/invocation", `functions-${token}-migrate`);
    expect(migrate.inputs).toEqual({
      functionName: `dev-db-migration-${token}`,
      input: '{"migrate":true}',
      triggers: { bundle: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    const before = program.waitsFor(migrate);
    const needed = [
      ...program.all("rds/clusterInstance"),
      program.one("secretsmanager/secretVersion", "aurora-master"),
      program.one("ec2/vpcEndpoint", `network-${token}-secretsmanager`),
      program.one("vpc/securityGroupIngressRule", `network-${token}-functions-database`),
    ];
    expect(needed.filter(({ urn }) => !before.has(urn))).toEqual([]);
  });
});

test("with an identity provider, the authorizer gets its issuer and audience", async () => {
  const provided = await loadProgram(setOtherwise);
  for (const [token] of regions) {
    expect(provided.environmentOf(`authorizer-${token}`)).toEqual({
      ENVIRONMENT: "dev",
      AUTH_ISSUER: "https://tenant.us.auth0.com/",
      AUTH_AUDIENCE: "trading",
      CANARY_SECRET_ARN: expect.stringContaining(":secret:dev-canary-keys-use1-") as string,
    });
  }
});

test("both event sources together use at most the reserved concurrency", async () => {
  const few = await loadProgram(setOtherwise);
  for (const { inputs } of few.all("lambda/eventSourceMapping")) {
    expect(inputs.scalingConfig).toEqual({ maximumConcurrency: 2 });
  }
  expect(few.one("lambda/function", "orderProcessor-use1").inputs).toMatchObject({
    reservedConcurrentExecutions: 4,
  });
});
