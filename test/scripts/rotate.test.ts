import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  DescribeDBClustersCommand,
  DescribeGlobalClustersCommand,
  ModifyDBClusterCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { KEY_REFRESH_SECONDS } from "../../lambda/auth/tunables";
import type { Clock } from "../../lambda/runtime/clock";
import { rotate } from "../../scripts/rotate";
import { DISTRIBUTION_SECONDS } from "../../scripts/rotation/rotateKeys";
import { kidAt, promoted, withNewKey } from "../../scripts/rotation/tokenKeys";
import { FakeCli } from "./fakes";

const START_MS = Date.UTC(2026, 10, 30, 12);
const HOUR_MS = 3_600_000;
const arn = (service: string, rest: string, region = "us-east-1") =>
  `arn:aws:${service}:${region}:123456789012:${rest}`;
const SECRET = arn("secretsmanager", "secret:dev-token-keys-use1-AbCdEf");
const MASTER = arn("secretsmanager", "secret:dev-database-master-use1-AbCdEf");
const WRITER = arn("rds", "cluster:dev-orders-use2", "us-east-2");
const MIGRATION = arn("lambda", "function:dev-db-migration-use2", "us-east-2");

const resource = (type: string, name: string, id: string, outputs = {}) => ({
  urn: `urn:pulumi:dev::trading-platform::${type}::${name}`,
  type,
  id,
  outputs,
});
const state = {
  deployment: {
    resources: [
      resource("aws:secretsmanager/secret:Secret", "tokens", SECRET),
      resource("aws:secretsmanager/secret:Secret", "aurora-master", MASTER),
      resource("aws:rds/globalCluster:GlobalCluster", "aurora", "dev-orders-global"),
      resource("aws:rds/cluster:Cluster", "aurora-use2", "dev-orders-use2", { arn: WRITER }),
      resource("aws:lambda/function:Function", "dbMigration-use2", "m", { arn: MIGRATION }),
    ],
  },
};

const secrets = mockClient(SecretsManagerClient);
const rds = mockClient(RDSClient);
const lambda = mockClient(LambdaClient);
beforeEach(() => [secrets, rds, lambda].forEach((each) => each.reset()));

/** A clock whose timers fire at once, and move it. */
function jumpingClock(): Clock {
  let nowMs = START_MS;
  return {
    nowMs: () => nowMs,
    timer: (delayMs, fire) => {
      nowMs += delayMs;
      setImmediate(fire);
      return () => undefined;
    },
  };
}

function portsOf(clock = jumpingClock()) {
  const said: string[] = [];
  const cli = new FakeCli({
    "pulumi stack export": JSON.stringify(state),
    "pulumi stack output": "{}",
  });
  const ports = {
    cli,
    clock,
    nowMs: () => clock.nowMs(),
    say: (line: string) => said.push(line),
    randomText: () => "n".repeat(40),
    secrets: (region: string) => new SecretsManagerClient({ region }),
    rds: (region: string) => new RDSClient({ region }),
    lambda: (region: string) => new LambdaClient({ region }),
  };
  return { ports, said };
}

const options = { lifetimeHours: 24, leaked: false };
const text = (...kids: string[]) =>
  JSON.stringify({ keys: kids.map((kid) => ({ kid, key: kid.padEnd(40, "x") })) });

/** A secret of token keys that holds what was written last. */
function holdKeys(first: string): { written: string[][] } {
  let held = first;
  const written: string[][] = [];
  secrets.on(GetSecretValueCommand).callsFake(() => ({ SecretString: held }));
  secrets.on(PutSecretValueCommand).callsFake(({ SecretString }: { SecretString: string }) => {
    held = SecretString;
    written.push((JSON.parse(held) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid));
    return {};
  });
  return { written };
}

describe("rotating token keys", () => {
  const NEW = kidAt(START_MS);

  test("lets the new key verify everywhere before it signs, and keeps the old one", async () => {
    const { written } = holdKeys(text("initial-a", "initial-b"));
    const { ports } = portsOf();
    await rotate(ports, "dev", "token-keys", options);
    expect(written).toEqual([
      ["initial-a", NEW, "initial-b"],
      [NEW, "initial-a", "initial-b"],
    ]);
    expect(ports.clock.nowMs() - START_MS).toBe(DISTRIBUTION_SECONDS * 1000);
    expect(DISTRIBUTION_SECONDS).toBeGreaterThan(KEY_REFRESH_SECONDS);
  });

  test("continues a rotation that was interrupted, without a second new key", async () => {
    const prepared = kidAt(START_MS - HOUR_MS);
    const { written } = holdKeys(text("initial-a", prepared));
    await rotate(portsOf().ports, "dev", "token-keys", options);
    expect(written).toEqual([[prepared, "initial-a"]]);
  });

  test("leaves the new key alone in the secret when the old one has leaked", async () => {
    const { written } = holdKeys(text("initial-a", "initial-b"));
    await rotate(portsOf().ports, "dev", "token-keys", { ...options, leaked: true });
    expect(written).toEqual([[NEW]]);
  });

  test("stops if somebody else writes the secret in the meantime", async () => {
    holdKeys(text("initial-a"));
    secrets.on(PutSecretValueCommand).resolves({});
    const rotated = rotate(portsOf().ports, "dev", "token-keys", options);
    await expect(rotated).rejects.toThrow("somebody else changed the keys");
  });

  test("keeps an old key until the last token that it signed has expired", () => {
    const keys = (...kids: string[]) => kids.map((kid) => ({ kid, key: kid }));
    const lifetimeMs = 24 * HOUR_MS;
    // The key of noon stopped signing when the key of the next day at noon was created.
    const now = keys(kidAt(START_MS + lifetimeMs), kidAt(START_MS), "initial-a");
    const kidsAfter = (ms: number) =>
      withNewKey(now, { kid: "new", key: "" }, lifetimeMs, START_MS + ms).map(({ kid }) => kid);
    const [first, second] = now.map(({ kid }) => kid);
    expect(kidsAfter(lifetimeMs - 1)).toEqual([first, "new", second, "initial-a"]);
    expect(kidsAfter(lifetimeMs + 1)).toEqual([first, "new", second]);
    expect(kidsAfter(2 * lifetimeMs + 1)).toEqual([first, "new"]);
    expect(promoted(now).map(({ kid }) => kid)).toEqual([second, first, "initial-a"]);
  });

  test("names the command's remedy if the stack has no such secret", async () => {
    const rotated = rotate(portsOf().ports, "dev", "canary-keys", options);
    await expect(rotated).rejects.toThrow("has no tokens-canary; run `pulumi up`");
  });
});

describe("rotating the master password", () => {
  const old = JSON.stringify({ username: "trading_master", password: "old" });
  const noPending = new ResourceNotFoundException({ message: "none", $metadata: {} });

  beforeEach(() => {
    rds.on(DescribeGlobalClustersCommand).resolves({
      GlobalClusters: [{ GlobalClusterMembers: [{ DBClusterArn: WRITER, IsWriter: true }] }],
    });
    rds.on(ModifyDBClusterCommand).resolves({});
    rds
      .on(DescribeDBClustersCommand)
      .resolvesOnce({
        DBClusters: [
          { Status: "available", PendingModifiedValues: { MasterUserPassword: "****" } },
        ],
      })
      .resolves({ DBClusters: [{ Status: "available" }] });
    lambda.on(InvokeCommand).resolves({});
    secrets.on(GetSecretValueCommand).resolves({ VersionId: "v1", SecretString: old });
    secrets.on(GetSecretValueCommand, { VersionStage: "AWSPENDING" }).rejects(noPending);
    secrets.on(PutSecretValueCommand).resolves({ VersionId: "v2" });
    secrets.on(UpdateSecretVersionStageCommand).resolves({});
  });

  test("stores the password, changes it where the database writes, promotes it and signs in", async () => {
    const { ports } = portsOf();
    await rotate(ports, "dev", "master", options);
    const [put] = secrets.commandCalls(PutSecretValueCommand);
    expect(put?.args[0].input).toEqual({
      SecretId: MASTER,
      SecretString: JSON.stringify({ username: "trading_master", password: "n".repeat(40) }),
      VersionStages: ["AWSPENDING"],
    });
    expect(rds.commandCalls(ModifyDBClusterCommand)[0]?.args[0].input).toEqual({
      DBClusterIdentifier: "dev-orders-use2",
      MasterUserPassword: "n".repeat(40),
      ApplyImmediately: true,
    });
    expect(
      secrets.commandCalls(UpdateSecretVersionStageCommand).map(({ args: [{ input }] }) => input),
    ).toEqual([
      {
        SecretId: MASTER,
        VersionStage: "AWSCURRENT",
        MoveToVersionId: "v2",
        RemoveFromVersionId: "v1",
      },
      { SecretId: MASTER, VersionStage: "AWSPENDING", RemoveFromVersionId: "v2" },
    ]);
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input.FunctionName).toBe(MIGRATION);
    const [modified] = rds.commandCalls(ModifyDBClusterCommand);
    const polls = rds.commandCalls(DescribeDBClustersCommand);
    const [relabelled] = secrets.commandCalls(UpdateSecretVersionStageCommand);
    expect(polls).toHaveLength(2);
    expect(put?.calledBefore(modified!)).toBe(true);
    expect(relabelled?.calledAfter(polls[1]!)).toBe(true);
    expect(lambda.commandCalls(InvokeCommand)[0]?.calledAfter(relabelled!)).toBe(true);
  });

  test("uses the password of an interrupted rotation again", async () => {
    const SecretString = JSON.stringify({ username: "trading_master", password: "pending" });
    secrets
      .on(GetSecretValueCommand, { VersionStage: "AWSPENDING" })
      .resolves({ VersionId: "v2", SecretString });
    await rotate(portsOf().ports, "dev", "master", options);
    expect(secrets.commandCalls(PutSecretValueCommand)).toEqual([]);
    const [modify] = rds.commandCalls(ModifyDBClusterCommand);
    expect(modify?.args[0].input.MasterUserPassword).toBe("pending");
  });

  test("says so if db-migration cannot sign in", async () => {
    lambda.on(InvokeCommand).resolves({ FunctionError: "Unhandled" });
    await expect(rotate(portsOf().ports, "dev", "master", options)).rejects.toThrow(
      "db-migration cannot sign in",
    );
  });

  test("changes nothing if no cluster writes", async () => {
    rds
      .on(DescribeGlobalClustersCommand)
      .resolves({ GlobalClusters: [{ GlobalClusterMembers: [] }] });
    await expect(rotate(portsOf().ports, "dev", "master", options)).rejects.toThrow(
      "no cluster writes",
    );
    expect(rds.commandCalls(ModifyDBClusterCommand)).toEqual([]);
  });
});
