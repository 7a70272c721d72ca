import { type Program, arn, loadProgram } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

test("the global cluster has no source cluster; members join it", () => {
  expect(program.all("rds/globalCluster").map(({ inputs }) => inputs)).toEqual([
    {
      globalClusterIdentifier: "dev-orders-global",
      engine: "aurora-postgresql",
      engineVersion: "15.10",
      databaseName: "trading",
      storageEncrypted: true,
      deletionProtection: false,
      forceDestroy: true,
    },
  ]);
});

test("`up` writes back neither an upgrade by AWS nor its own version", () => {
  expect(program.one("rds/globalCluster", "aurora").ignoreChanges).toEqual(["engineVersion"]);
});

test("the standby cluster depends on every instance of home", () => {
  const standby = program.waitsFor(program.one("rds/cluster", "aurora-use2"));
  for (const index of [0, 1]) {
    const instance = program.one("rds/clusterInstance", `aurora-use1-${index}`);
    expect(standby.has(instance.urn)).toBe(true);
  }
  const direct = program.one("rds/cluster", "aurora-use2").dependencies;
  expect(direct).toContain(program.one("rds/clusterInstance", "aurora-use1-0").urn);
  const home = program.waitsFor(program.one("rds/cluster", "aurora-use1"));
  expect([...home].filter((urn) => urn.includes("use2"))).toEqual([]);
});

test("the master's secret has a replica in the standby region and the password is secret", () => {
  const secret = program.one("secretsmanager/secret", "aurora-master");
  expect(secret.inputs).toEqual({
    name: "dev-database-master-use1",
    description: "Master user of the global database, for db-migration",
    recoveryWindowInDays: 0,
    forceOverwriteReplicaSecret: true,
    replicas: [{ region: "us-east-2" }],
  });
  const version = program.one("secretsmanager/secretVersion", "aurora-master");
  const password = program.one("rds/cluster", "aurora-use1").inputs.masterPassword as string;
  expect(password).toHaveLength(40);
  expect(version.inputs).toEqual({
    secretId: secret.id,
    secretString: JSON.stringify({ username: "trading_master", password }),
    versionStages: ["AWSCURRENT", "first"],
  });
  expect(version.secretInputs).toEqual(["secretString"]);
  expect(program.one("rds/cluster", "aurora-use1").secretInputs).toEqual(["masterPassword"]);
});

test("db-migration of each region reads the secret of its own region", () => {
  const home = String(program.one("secretsmanager/secret", "aurora-master").state.arn);
  expect(home).toMatch(arn("secretsmanager", "us-east-1", "secret:dev-database-master-use1-"));
  const standby = home.replace("us-east-1", "us-east-2");
  expect(program.environmentOf("dbMigration-use1").DATABASE_SECRET_ARN).toBe(home);
  expect(program.environmentOf("dbMigration-use2").DATABASE_SECRET_ARN).toBe(standby);
  expect(program.rightsOf("dbMigration-use2").MasterSecret).toEqual([
    ["secretsmanager:GetSecretValue"],
    [standby],
  ]);
});
