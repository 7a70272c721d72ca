import { type Program, loadProgram, regions, statements } from "../helpers/program";

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
