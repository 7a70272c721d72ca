import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { CapturedResource } from "../../../support/capture/capture";
import { type Retention, retentionRows } from "../../../lib/config/retention";
import { statefulTypes } from "../../../lib/platform/statefulTypes";
import { loadProgram } from "../../helpers/program";
import { statefulUrns } from "../../helpers/urns";

test("the two rows differ in every value", () => {
  const { ephemeral, durable } = retentionRows;
  const keys = Object.keys(ephemeral) as (keyof typeof ephemeral)[];
  expect(Object.keys(durable)).toEqual(keys);
  expect(keys.filter((key) => ephemeral[key] === durable[key])).toEqual([]);
});

/** What each resource that holds data says about the end of its life. */
async function endOfLife(retention: Retention) {
  const program = await loadProgram(retention === "ephemeral" ? {} : { config: { retention } });
  const pick = (resource: CapturedResource, ...keys: string[]) =>
    Object.fromEntries(keys.map((key) => [key, resource.inputs[key]]));
  const all = (type: string, ...keys: string[]) => [
    ...new Set(program.all(type).map((resource) => JSON.stringify(pick(resource, ...keys)))),
  ];
  return {
    globalCluster: all("rds/globalCluster", "deletionProtection", "forceDestroy"),
    clusters: program
      .all("rds/cluster")
      .map((cluster) =>
        pick(
          cluster,
          "deletionProtection",
          "skipFinalSnapshot",
          "finalSnapshotIdentifier",
          "deleteAutomatedBackups",
          "backupRetentionPeriod",
          "applyImmediately",
        ),
      ),
    instances: all("rds/clusterInstance", "applyImmediately"),
    tables: all("dynamodb/table", "deletionProtectionEnabled", "pointInTimeRecovery"),
    replicas: [
      ...new Set(
        program
          .all("dynamodb/table")
          .flatMap((table) => table.inputs.replicas as Record<string, unknown>[])
          .map((replica) => replica.deletionProtectionEnabled),
      ),
    ],
    keys: all("kms/key", "deletionWindowInDays"),
    keptKeys: program.all("kms/key").flatMap((key) => (key.retainOnDelete ? key.name : [])),
    secrets: all("secretsmanager/secret", "recoveryWindowInDays"),
    zones: all("route53/zone", "forceDestroy"),
    buckets: all("s3/bucket", "forceDestroy"),
    expiry: [
      ...new Set(
        program
          .all("s3/bucketLifecycleConfiguration")
          .map(({ inputs }) => inputs.rules as { expiration?: { days: number } }[])
          .map(([expire]) => expire?.expiration?.days),
      ),
    ],
    logGroups: all("cloudwatch/logGroup", "retentionInDays"),
  };
}

test("an ephemeral environment is deleted completely", async () => {
  const cluster = {
    deletionProtection: false,
    skipFinalSnapshot: true,
    finalSnapshotIdentifier: undefined,
    deleteAutomatedBackups: true,
    backupRetentionPeriod: 1,
    applyImmediately: true,
  };
  expect(await endOfLife("ephemeral")).toEqual({
    globalCluster: ['{"deletionProtection":false,"forceDestroy":true}'],
    clusters: [cluster, cluster],
    instances: ['{"applyImmediately":true}'],
    tables: [
      '{"deletionProtectionEnabled":false,"pointInTimeRecovery":{"enabled":true,"recoveryPeriodInDays":1}}',
    ],
    replicas: [false],
    keys: ['{"deletionWindowInDays":7}'],
    keptKeys: [],
    secrets: ['{"recoveryWindowInDays":0}'],
    zones: ['{"forceDestroy":true}'],
    buckets: ['{"forceDestroy":true}'],
    expiry: [1, 7],
    logGroups: ['{"retentionInDays":7}'],
  });
});

test("a durable environment keeps its data", async () => {
  const cluster = (identifier: string) => ({
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: `${identifier}-final`,
    deleteAutomatedBackups: false,
    backupRetentionPeriod: 35,
    applyImmediately: false,
  });
  expect(await endOfLife("durable")).toEqual({
    globalCluster: ['{"deletionProtection":true,"forceDestroy":false}'],
    clusters: [cluster("dev-orders-use1"), cluster("dev-orders-use2")],
    instances: ['{"applyImmediately":false}'],
    tables: [
      '{"deletionProtectionEnabled":true,"pointInTimeRecovery":{"enabled":true,"recoveryPeriodInDays":35}}',
    ],
    replicas: [true],
    keys: ['{"deletionWindowInDays":30}'],
    keptKeys: ["aurora-use1", "aurora-use2"],
    secrets: ['{"recoveryWindowInDays":30}'],
    zones: ['{"forceDestroy":false}'],
    buckets: ['{"forceDestroy":false}'],
    expiry: [365, 2555],
    logGroups: ['{"retentionInDays":365}'],
  });
});

test("Pulumi protects every stateful resource of a durable environment, and nothing else", async () => {
  const { resources } = await loadProgram({ config: { retention: "durable" } });
  const contract = readFileSync(path.join(__dirname, "../../statefulUrns.txt"), "utf8");
  expect(statefulUrns(resources)).toEqual(expect.arrayContaining(contract.trim().split("\n")));
  const stateful = resources.filter(({ type }) => statefulTypes.has(type));
  expect(resources.filter(({ protect }) => protect)).toEqual(stateful);
  const ephemeral = await loadProgram();
  expect(ephemeral.resources.filter(({ protect }) => protect)).toEqual([]);
});
