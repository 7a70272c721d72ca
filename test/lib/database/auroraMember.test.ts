import {
  type Program,
  audited,
  loadProgram,
  regions,
  setOtherwise,
  zonesOf,
} from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

function cluster(token: string) {
  return program.one("rds/cluster", `aurora-${token}`);
}

describe.each(regions)("the member in %s", (token, region) => {
  test("is a cluster of the global database, with its region's key and network", () => {
    const { inputs } = cluster(token);
    const master = {
      databaseName: "trading",
      masterUsername: "trading_master",
      masterPassword: expect.any(String) as string,
    };
    expect(inputs).toEqual({
      clusterIdentifier: `dev-orders-${token}`,
      globalClusterIdentifier: program.one("rds/globalCluster", "aurora").id,
      engine: "aurora-postgresql",
      engineVersion: "15.10",
      // The second member inherits user, password and database and refuses to be given them.
      ...(token === "use1" && master),
      storageEncrypted: true,
      kmsKeyId: program.one("kms/key", `aurora-${token}`).state.arn,
      dbSubnetGroupName: `dev-orders-${token}`,
      vpcSecurityGroupIds: [program.one("ec2/securityGroup", `network-${token}-database`).id],
      dbClusterParameterGroupName: `dev-orders-pg15-${token}`,
      iamDatabaseAuthenticationEnabled: true,
      enabledCloudwatchLogsExports: ["postgresql"],
      databaseInsightsMode: "standard",
      backupRetentionPeriod: 1,
      deleteAutomatedBackups: true,
      copyTagsToSnapshot: true,
      deletionProtection: false,
      skipFinalSnapshot: true,
      applyImmediately: true,
    });
    expect(inputs.kmsKeyId).toContain(`:${region}:`);
  });

  test("ignores what a failover, an upgrade or a rotation of the password changes", () => {
    expect(cluster(token).ignoreChanges).toEqual([
      "globalClusterIdentifier",
      "replicationSourceIdentifier",
      "engineVersion",
      "masterPassword",
    ]);
  });

  test("has two instances in two zones", () => {
    for (const index of [0, 1]) {
      expect(program.one("rds/clusterInstance", `aurora-${token}-${index}`).inputs).toEqual({
        identifier: `dev-orders-${index}-${token}`,
        clusterIdentifier: `dev-orders-${token}`,
        engine: "aurora-postgresql",
        instanceClass: "db.r6g.large",
        availabilityZone: zonesOf[region][index],
        publiclyAccessible: false,
        autoMinorVersionUpgrade: false,
        performanceInsightsEnabled: true,
        performanceInsightsKmsKeyId: program.one("kms/key", `aurora-${token}`).state.arn,
        performanceInsightsRetentionPeriod: 7,
        promotionTier: index,
        applyImmediately: true,
      });
    }
  });

  test("commits without waiting for the other region, and refuses unencrypted connections", () => {
    expect(program.one("rds/clusterParameterGroup", `aurora-${token}`).inputs).toEqual({
      name: `dev-orders-pg15-${token}`,
      description: "Cluster parameters of the orders database",
      family: "aurora-postgresql15",
      parameters: [
        { name: "rds.force_ssl", value: "1" },
        { name: "idle_in_transaction_session_timeout", value: "10000" },
      ],
    });
  });

  test("writes its log to a log group of the stack that exists before it", () => {
    const logGroup = program.one("cloudwatch/logGroup", `aurora-${token}`);
    expect(logGroup.inputs).toEqual({
      name: `/aws/rds/cluster/dev-orders-${token}/postgresql`,
      retentionInDays: 7,
    });
    expect(cluster(token).dependencies).toContain(logGroup.urn);
  });

  test("uses both isolated subnets, and its key rotates and has an alias", () => {
    const subnets = [0, 1].map((n) => program.one("ec2/subnet", `network-${token}-${n}`).id);
    const group = program.one("rds/subnetGroup", `aurora-${token}`);
    expect(group.inputs.subnetIds).toEqual(subnets);
    const key = program.one("kms/key", `aurora-${token}`);
    expect(key.inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 7 });
    expect(program.one("kms/alias", `aurora-${token}`).inputs).toEqual({
      name: `alias/dev-database-${token}`,
      targetKeyId: key.id,
    });
  });
});

test("a durable environment logs connections, changes of the schema and of roles, but no order", async () => {
  const durable = await loadProgram(audited);
  for (const { inputs } of durable.all("rds/clusterParameterGroup")) {
    const parameters = inputs.parameters as { name: string; value: string }[];
    expect(parameters.slice(2)).toEqual([
      {
        name: "shared_preload_libraries",
        value: "pg_stat_statements,pgaudit",
        // RDS refuses to apply a static parameter immediately.
        applyMethod: "pending-reboot",
      },
      { name: "pgaudit.log", value: "ddl,role" },
      { name: "log_connections", value: "1" },
      { name: "log_disconnections", value: "1" },
    ]);
    // Orders are parameters of statements. These would log them, and are off by default.
    const logsOrders =
      /^(log_statement|log_min_duration\w*|log_parameter\w*|pgaudit\.log_parameter)$/;
    expect(parameters.filter(({ name }) => logsOrders.test(name))).toEqual([]);
  }
  for (const { inputs } of durable.all("rds/cluster"))
    expect(inputs.enabledCloudwatchLogsExports).toEqual(["postgresql"]);
});

test("serverless members have the configured capacity", async () => {
  const serverless = await loadProgram(setOtherwise);
  const capacity = { minCapacity: 8, maxCapacity: 32 };
  expect(
    serverless.all("rds/cluster").map(({ inputs }) => inputs.serverlessv2ScalingConfiguration),
  ).toEqual([capacity, capacity]);
  const instances = serverless.all("rds/clusterInstance");
  expect(instances.map(({ inputs }) => inputs.instanceClass)).toEqual(
    Array<string>(6).fill("db.serverless"),
  );
  expect(
    instances
      .filter(({ region }) => region === "us-east-2")
      .map(({ inputs }) => inputs.availabilityZone),
  ).toEqual(["us-east-2a", "us-east-2b", "us-east-2a"]);
});

test("another major version has its own parameter group", async () => {
  const newer = await loadProgram(setOtherwise);
  const group = newer.one("rds/clusterParameterGroup", "aurora-use1");
  expect(group.inputs).toMatchObject({
    name: "dev-orders-pg16-use1",
    family: "aurora-postgresql16",
  });
});
