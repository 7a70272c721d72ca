import { type Program, arn, elsewhere, loadProgram } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

const recovery = {
  pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 1 },
  deletionProtectionEnabled: false,
};

test("the ledger is strongly consistent over two regions and a witness, without TTL or stream", () => {
  expect(program.one("dynamodb/table", "dynamodb-ledger").inputs).toEqual({
    name: "dev-ledger",
    billingMode: "PAY_PER_REQUEST",
    hashKey: "pk",
    attributes: [
      { name: "pk", type: "S" },
      { name: "shard", type: "S" },
      { name: "at", type: "S" },
    ],
    globalSecondaryIndexes: [
      {
        name: "work",
        keySchemas: [
          { attributeName: "shard", keyType: "HASH" },
          { attributeName: "at", keyType: "RANGE" },
        ],
        projectionType: "INCLUDE",
        nonKeyAttributes: ["settledEpoch"],
      },
    ],
    replicas: [
      {
        regionName: "us-east-2",
        consistencyMode: "STRONG",
        pointInTimeRecovery: true,
        propagateTags: true,
        deletionProtectionEnabled: false,
      },
    ],
    globalTableWitness: { regionName: "us-west-2" },
    ...recovery,
  });
});

test("sessions are replicated by their stream and expire", () => {
  expect(program.one("dynamodb/table", "dynamodb-sessions").inputs).toEqual({
    name: "dev-sessions",
    billingMode: "PAY_PER_REQUEST",
    hashKey: "sessionId",
    attributes: [{ name: "sessionId", type: "S" }],
    ttl: { attributeName: "expiresAtEpochSeconds", enabled: true },
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    replicas: [
      {
        regionName: "us-east-2",
        pointInTimeRecovery: true,
        propagateTags: true,
        deletionProtectionEnabled: false,
      },
    ],
    ...recovery,
  });
});

test("replica and witness follow the configuration", async () => {
  const { inputs } = (await loadProgram(elsewhere)).one("dynamodb/table", "dynamodb-ledger");
  expect(inputs.replicas).toMatchObject([{ regionName: "eu-central-1" }]);
  expect(inputs.globalTableWitness).toEqual({ regionName: "eu-west-1" });
});

test("each table is created once, together with its replicas", () => {
  expect(program.all("dynamodb/table").map(({ region }) => region)).toEqual([
    "us-east-1",
    "us-east-1",
  ]);
});

test("functions get the replica of their own region", () => {
  for (const region of ["us-east-1", "us-east-2"]) {
    const token = region === "us-east-1" ? "use1" : "use2";
    const table = arn("dynamodb", region, "table/dev-ledger");
    expect(program.rightsOf(`settlementSweep-${token}`).LedgerGetItem?.[1]).toEqual([table]);
    expect(program.rightsOf(`settlementSweep-${token}`).WorkIndex?.[1]).toEqual([
      `${table}/index/work`,
    ]);
  }
});
