import { type Program, audited, loadProgram, regions, statements } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const bucketOf = (what: string, token: string) => `dev-${what}-123456789012-${token}`;
const others = { use1: "use2", use2: "use1" } as const;

describe.each(regions)("the archives in %s", (token, region) => {
  const bucket = bucketOf("archives", token);
  const other = bucketOf("archives", others[token]);

  test("replicate in both directions, with Replication Time Control", () => {
    const config = program.one("s3/bucketReplicationConfig", `s3-${token}`);
    const time = { minutes: 15 };
    expect(config.inputs).toEqual({
      bucket,
      role: program.one("iam/role", `s3-${token}`).state.arn,
      rules: [
        {
          id: `to-${others[token]}`,
          status: "Enabled",
          priority: 0,
          filter: { prefix: "archive/" },
          deleteMarkerReplication: { status: "Disabled" },
          sourceSelectionCriteria: { replicaModifications: { status: "Enabled" } },
          destination: {
            bucket: `arn:aws:s3:::${other}`,
            replicationTime: { status: "Enabled", time },
            metrics: { status: "Enabled", eventThreshold: time },
          },
        },
      ],
    });
    expect(config.region).toBe(region);
    const before = program.waitsFor(config);
    const needed = [
      ...["use1", "use2"].map((each) => program.one("s3/bucketVersioning", `s3-${each}`)),
      program.one("iam/rolePolicy", `s3-${token}`),
    ];
    expect(needed.filter(({ urn }) => !before.has(urn))).toEqual([]);
  });

  test("S3 may read this bucket's archives and write the other's, and nothing else", () => {
    const role = program.one("iam/role", `s3-${token}`);
    expect(JSON.parse(String(role.inputs.assumeRolePolicy))).toMatchObject({
      Statement: [{ Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    const { policy, role: of } = program.one("iam/rolePolicy", `s3-${token}`).inputs;
    expect(of).toBe(role.state.name);
    expect(statements(policy).map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["s3:GetReplicationConfiguration", "s3:ListBucket"], [`arn:aws:s3:::${bucket}`]],
      [
        [
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionTagging",
        ],
        [`arn:aws:s3:::${bucket}/archive/*`],
      ],
      [["s3:ReplicateObject", "s3:ReplicateTags"], [`arn:aws:s3:::${other}/archive/*`]],
    ]);
  });
});

const buckets = regions.flatMap(([token, region]) => [
  [`s3-${token}`, bucketOf("archives", token), "archive/", 1, region] as const,
  [`synthetics-${token}`, bucketOf("canaries", token), "runs/", 7, region] as const,
]);

test("these are all buckets", () => {
  expect(
    program
      .all("s3/bucket")
      .map(({ inputs }) => inputs.bucket)
      .sort(),
  ).toEqual(buckets.map(([, bucket]) => bucket).sort());
});

test.each(buckets)("%s has versioning and encryption and blocks public access", (...row) => {
  const [name, bucket, prefix, days, region] = row;
  const part = (type: string) => program.one(`s3/${type}`, name);
  expect(part("bucket").inputs).toEqual({ bucket, forceDestroy: true });
  expect(part("bucket").region).toBe(region);
  expect(part("bucketVersioning").inputs).toEqual({
    bucket,
    versioningConfiguration: { status: "Enabled" },
  });
  expect(part("bucketServerSideEncryptionConfiguration").inputs).toEqual({
    bucket,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  expect(part("bucketPublicAccessBlock").inputs).toEqual({
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  expect(part("bucketLifecycleConfiguration").inputs).toEqual({
    bucket,
    rules: [
      { id: "expire", status: "Enabled", filter: { prefix }, expiration: { days } },
      {
        id: "clean-up",
        status: "Enabled",
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: 1 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ],
  });
  expect(part("bucketLifecycleConfiguration").dependencies).toContain(part("bucketVersioning").urn);
});

test.each(buckets)("%s refuses access without TLS", (name, bucket) => {
  const policy = program.one("s3/bucketPolicy", name);
  expect(statements(policy.inputs.policy)).toEqual([
    {
      Effect: "Deny",
      Sid: "OnlyOverTls",
      Principal: "*",
      Action: ["s3:*"],
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
  expect(policy.dependencies).toContain(program.one("s3/bucketPublicAccessBlock", name).urn);
});

describe("in a durable environment", () => {
  const locked = { config: { retention: "durable", objectLockDays: "2555" } };

  test.each(regions)("all other buckets in %s log access to one that logs none", async (token) => {
    const durable = await loadProgram(audited);
    const logging = durable.all("s3/bucketLogging").filter(({ name }) => name.endsWith(token));
    const logs = bucketOf("access-logs", token);
    expect(logging.map(({ inputs }) => inputs)).toEqual([
      { bucket: bucketOf("archives", token), targetBucket: logs, targetPrefix: "archives/" },
      { bucket: bucketOf("canaries", token), targetBucket: logs, targetPrefix: "canaries/" },
    ]);
    const others = durable.all("s3/bucket").filter(({ inputs }) => inputs.bucket !== logs);
    const logged = durable.all("s3/bucketLogging").map(({ inputs }) => inputs.bucket);
    expect(logged).not.toContain(logs);
    expect(others.filter(({ name }) => name.endsWith(token))).toHaveLength(logging.length);
    const policy = durable.one("s3/bucketPolicy", `access-logs-${token}`);
    for (const each of logging) expect(durable.waitsFor(each).has(policy.urn)).toBe(true);
  });

  test.each(regions)("the access logs in %s can be delivered, and expire", async (token) => {
    const durable = await loadProgram({ config: { ...audited.config, ...locked.config } });
    const part = (type: string) => durable.one(`s3/${type}`, `access-logs-${token}`).inputs;
    expect(statements(part("bucketPolicy").policy)[1]).toEqual({
      Effect: "Allow",
      Sid: "AccessLogs",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: [`arn:aws:s3:::${bucketOf("access-logs", token)}/*`],
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
    // S3 delivers to no bucket with a customer managed key or a lock.
    expect(part("bucketServerSideEncryptionConfiguration").rules).toEqual([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
    const locks = durable.all("s3/bucketObjectLockConfiguration").map(({ name }) => name);
    expect(locks).toEqual(["s3-use1", "s3-use2"]);
    expect(part("bucketLifecycleConfiguration").rules).toMatchObject([
      { filter: { prefix: "" }, expiration: { days: 365 } },
      {},
    ]);
  });

  test("archives are locked in both regions before they are replicated, if configured", async () => {
    const durable = await loadProgram(locked);
    const locks = durable.all("s3/bucketObjectLockConfiguration");
    expect(locks.map(({ inputs }) => inputs)).toEqual(
      regions.map(([token]) => ({
        bucket: bucketOf("archives", token),
        rule: { defaultRetention: { mode: "COMPLIANCE", days: 2555 } },
      })),
    );
    for (const { dependencies, name } of locks)
      expect(dependencies).toContain(durable.one("s3/bucketVersioning", name).urn);
    for (const replication of durable.all("s3/bucketReplicationConfig")) {
      const before = durable.waitsFor(replication);
      for (const { urn } of locks) expect(before.has(urn)).toBe(true);
      const { policy } = durable.one("iam/rolePolicy", replication.name).inputs;
      expect(statements(policy)[1]?.Action).toEqual(
        expect.arrayContaining(["s3:GetObjectRetention", "s3:GetObjectLegalHold"]),
      );
    }
  });

  test("no archive is locked by default", async () => {
    for (const read of [program, await loadProgram({ config: { retention: "durable" } })])
      expect(read.all("s3/bucketObjectLockConfiguration")).toEqual([]);
  });
});
