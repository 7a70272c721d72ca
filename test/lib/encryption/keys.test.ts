import type { CapturedResource } from "../../../support/capture/capture";
import { type Program, audited, loadProgram, regions, statements } from "../../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram(audited);
});

type Key = "data" | "topics";
const nameOfRegion = Object.fromEntries(regions.map(([code, region]) => [region, code]));
const keyArn = (key: Key, region = "") =>
  program.one("kms/key", `keys-${nameOfRegion[region]}-${key}`).state.arn;
const names = (resources: readonly CapturedResource[]) => resources.map(({ name }) => name);

/** The resources of a type that are not encrypted with their region's key. */
const unlike = (type: string, key: Key, read: (resource: CapturedResource) => unknown) => {
  const all = program.all(type);
  expect(all).not.toEqual([]);
  return names(all.filter((each) => read(each) !== keyArn(key, each.region)));
};

interface Encrypted {
  serverSideEncryption?: { enabled: boolean; kmsKeyArn: string };
  kmsKeyId?: string;
  replicas: { region?: string; regionName?: string; kmsKeyArn?: string; kmsKeyId?: string }[];
}
const encryptionOf = ({ inputs }: CapturedResource) => inputs as unknown as Encrypted;

describe("with customer managed keys", () => {
  test.each([
    ["sns/topic", "topics", "kmsMasterKeyId"],
    ["sqs/queue", "data", "kmsMasterKeyId"],
    ["cloudwatch/logGroup", "data", "kmsKeyId"],
    ["secretsmanager/secret", "data", "kmsKeyId"],
  ] as const)("every %s has the key %s of its region", (type, key, input) => {
    expect(unlike(type, key, ({ inputs }) => inputs[input])).toEqual([]);
  });

  test("no queue has SQS's own encryption as well, which SQS would refuse", () => {
    const both = program.all("sqs/queue").filter(({ inputs }) => "sqsManagedSseEnabled" in inputs);
    expect(names(both)).toEqual([]);
  });

  test("tables, secrets and their replicas have the keys of their regions", () => {
    expect(
      unlike(
        "dynamodb/table",
        "data",
        (each) => encryptionOf(each).serverSideEncryption?.kmsKeyArn,
      ),
    ).toEqual([]);
    const replicated = [...program.all("dynamodb/table"), ...program.all("secretsmanager/secret")];
    for (const each of replicated)
      for (const { region, regionName, kmsKeyArn, kmsKeyId } of encryptionOf(each).replicas)
        expect(kmsKeyArn ?? kmsKeyId).toBe(keyArn("data", region ?? regionName));
  });

  test("a table keeps the keys that it was created with", () => {
    for (const { ignoreChanges } of program.all("dynamodb/table"))
      expect(ignoreChanges).toEqual(["serverSideEncryption", "replicas[0].kmsKeyArn"]);
  });

  test("every bucket has the key of its region by default, but the one for access logs", () => {
    const plain = program
      .all("s3/bucketServerSideEncryptionConfiguration")
      .filter(({ inputs, region }) => {
        const kmsMasterKeyId = keyArn("data", region);
        const [rule] = inputs.rules as Record<string, unknown>[];
        return (
          JSON.stringify(rule) !==
          JSON.stringify({
            applyServerSideEncryptionByDefault: { kmsMasterKeyId, sseAlgorithm: "aws:kms" },
            bucketKeyEnabled: true,
          })
        );
      });
    expect(names(plain)).toEqual(["access-logs-use1", "access-logs-use2"]);
  });

  test("archives are replicated with the keys of both regions", () => {
    for (const { inputs, region } of program.all("s3/bucketReplicationConfig")) {
      const other = region === "us-east-1" ? "us-east-2" : "us-east-1";
      expect(inputs.rules).toMatchObject([
        {
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: { encryptionConfiguration: { replicaKmsKeyId: keyArn("data", other) } },
        },
      ]);
      const role = program.all("iam/role").find(({ state }) => state.arn === inputs.role)!;
      const policy = program.all("iam/rolePolicy").find((each) => each.inputs.role === role.id)!;
      const through = (name: string) => ({
        StringEquals: { "kms:ViaService": `s3.${name}.amazonaws.com` },
      });
      expect(
        statements(policy.inputs.policy).filter(({ Action }) => Action[0]!.startsWith("kms:")),
      ).toMatchObject([
        {
          Action: ["kms:Decrypt"],
          Resource: [keyArn("data", region)],
          Condition: through(region!),
        },
        {
          Action: ["kms:Encrypt", "kms:GenerateDataKey"],
          Resource: [keyArn("data", other)],
          Condition: through(other),
        },
      ]);
    }
  });

  test("canaries write their artifacts with the region's key", () => {
    for (const { inputs, region } of program.all("synthetics/canary"))
      expect(inputs.artifactConfig).toEqual({
        s3Encryption: { encryptionMode: "SSE_KMS", kmsKeyArn: keyArn("data", region) },
      });
  });

  test("CloudWatch Logs may use the key of data for log groups of this account alone", () => {
    for (const [code, region] of regions) {
      const { policy } = program.one("kms/key", `keys-${code}-data`).inputs;
      expect(statements(policy)).toMatchObject([
        { Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: ["kms:*"] },
        {
          Principal: { Service: `logs.${region}.amazonaws.com` },
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:123456789012:log-group:*`,
            },
          },
        },
      ]);
    }
  });

  test("keys are rotated and outlive the stack", () => {
    for (const { inputs, retainOnDelete } of program.all("kms/key")) {
      expect(inputs.enableKeyRotation).toBe(true);
      expect(retainOnDelete).toBe(true);
    }
  });
});

test("without them, no key is created but the databases', and nobody needs rights", async () => {
  const plain = await loadProgram();
  expect(names(plain.all("kms/key")).sort()).toEqual(["aurora-use1", "aurora-use2"]);
  expect(
    names(plain.all("iam/rolePolicy").filter((each) => /kms:/.test(JSON.stringify(each)))),
  ).toEqual([]);
});

/** What a call needs, by AWS's guides to the keys of each service. Other calls need no key. */
function needs(action: string): { key: Key; actions: string[] } | undefined {
  const data = (...actions: string[]) => ({ key: "data" as const, actions });
  if (/^dynamodb:/.test(action)) return data("kms:Decrypt");
  const calls: Record<string, ReturnType<typeof needs>> = {
    "s3:GetObject": data("kms:Decrypt"),
    "s3:PutObject": data("kms:GenerateDataKey"),
    "secretsmanager:GetSecretValue": data("kms:Decrypt"),
    "sns:Publish": { key: "topics", actions: ["kms:Decrypt", "kms:GenerateDataKey"] },
    "sqs:ReceiveMessage": data("kms:Decrypt"),
    "sqs:SendMessage": data("kms:Decrypt", "kms:GenerateDataKey"),
  };
  return calls[action];
}

describe("the roles", () => {
  /** `key action service`, for each use of a key: what the calls need, and what the role may. */
  function keyUses({ inputs, region = "" }: CapturedResource) {
    const all = statements(inputs.policy);
    const needed = all.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => {
        const need = needs(action);
        if (!need) return [];
        return Resource.flatMap((arn) => {
          const where = arn.split(":")[3] || region;
          const service = `${action.split(":")[0]}.${where}.amazonaws.com`;
          return need.actions.map(
            (each) => `${String(keyArn(need.key, where))} ${each} ${service}`,
          );
        });
      }),
    );
    const allowed = all
      .filter(({ Action }) => Action.some((each) => each.startsWith("kms:")))
      .flatMap(({ Action, Resource, Condition }) =>
        Resource.flatMap((arn) => {
          const services = [Condition?.["StringEquals"]?.["kms:ViaService"] ?? "*"].flat();
          // A service calls KMS in its own region alone.
          const own = services.filter((each) => each === "*" || each.includes(arn.split(":")[3]!));
          return Action.flatMap((each) => own.map((service) => `${arn} ${each} ${service}`));
        }),
      );
    return { needed: [...new Set(needed)].sort(), allowed: allowed.sort() };
  }

  test("of functions and canaries may use keys for what they call, and for nothing else", () => {
    const policies = program.all("iam/rolePolicy").filter(({ name }) => !name.startsWith("s3-"));
    const used = policies.map((policy) => ({ name: policy.name, ...keyUses(policy) }));
    expect(used.filter(({ needed }) => needed.length > 0)).not.toEqual([]);
    for (const { name, needed, allowed } of used)
      expect({ name, uses: allowed }).toEqual({ name, uses: needed });
  });

  test("of order-api may send to the queue of the other region", () => {
    const { allowed } = keyUses(program.one("iam/rolePolicy", "orderApi-use1"));
    expect(allowed).toContain(
      `${String(keyArn("data", "us-east-2"))} kms:GenerateDataKey sqs.us-east-2.amazonaws.com`,
    );
  });
});
