import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetAccountSettingsCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { DescribeDBClustersCommand, DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import type { NamedFinding } from "../../../scripts/dr/check";
import { dr } from "../../../scripts/dr/main";
import { type FakeTools, HOME, NOW_MS, STANDBY, silence, control } from "./fakeTools";
import { readyTools } from "./readyTools";

describe("dr readiness", () => {
  async function run(tools: FakeTools) {
    const { exitCode, out } = await dr(["readiness", "--stack", "dev", "--json"], () => tools);
    const { data } = JSON.parse(out) as { data: NamedFinding[] };
    return { exitCode, out, notFine: data.filter(({ result }) => result !== "PASS") };
  }

  it("passes when every precondition holds", async () => {
    const { exitCode, notFine } = await run(readyTools());
    expect(notFine).toEqual([]);
    expect(exitCode).toBe(0);
  });

  const standby = (tools: FakeTools) => tools.inRegion(STANDBY);
  it.each<[string, RegExp, (tools: FakeTools) => void]>([
    [
      "the standby's cluster is stopped",
      /cluster is available.*is stopped; repair/,
      (tools) =>
        standby(tools)
          .rds.on(DescribeDBClustersCommand)
          .resolves({
            DBClusters: [{ Status: "stopped", EngineVersion: "15.10" }],
          }),
    ],
    [
      "the standby has no instance",
      /available instance.*none; add or repair/,
      (tools) => standby(tools).rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [] }),
    ],
    [
      "an upgrade has reached one region only",
      /same engine version.*us-east-2 15.12, us-east-1 15.10/,
      (tools) =>
        standby(tools)
          .rds.on(DescribeDBClustersCommand)
          .resolves({
            DBClusters: [{ Status: "available", EngineVersion: "15.12" }],
          }),
    ],
    [
      "the witness is gone",
      /witness and strong consistency.*no witness/,
      (tools) =>
        standby(tools)
          .dynamodb.on(DescribeTableCommand)
          .resolves({
            Table: {
              TableStatus: "ACTIVE",
              Replicas: [{ RegionName: HOME, ReplicaStatus: "ACTIVE" }],
              MultiRegionConsistency: "STRONG",
            },
          }),
    ],
    [
      "a secret was not replicated",
      /secret tokenKeys is the same.*different/,
      (tools) =>
        standby(tools)
          .secrets.on(GetSecretValueCommand)
          .callsFake(({ SecretId }: { SecretId: string }) => ({
            SecretString: SecretId.includes("token-keys") ? "an older secret" : "the same secret",
          })),
    ],
    [
      "the sweep has not run",
      /swept within 15 minutes.*in 0 of the last 15 minutes/,
      (tools) =>
        standby(tools).cloudwatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [] }),
    ],
    [
      "no concurrency is left",
      /concurrency left.*12 unreserved/,
      (tools) =>
        standby(tools)
          .lambda.on(GetAccountSettingsCommand)
          .resolves({ AccountLimit: { UnreservedConcurrentExecutions: 12 } }),
    ],
    [
      "a policy denies the promotion",
      /may rds:FailoverGlobalCluster.*explicitDeny/,
      (tools) =>
        tools.iam
          .on(SimulatePrincipalPolicyCommand, { ActionNames: ["rds:FailoverGlobalCluster"] })
          .resolves({
            EvaluationResults: [
              {
                EvalActionName: "rds:FailoverGlobalCluster",
                EvalResourceName: "global",
                EvalDecision: "explicitDeny",
              },
            ],
          }),
    ],
    [
      "the standby's API does not answer",
      /the standby's API answers.*\/health answers 503/,
      (tools) => (tools.answers["GET health"] = { status: 503 }),
    ],
    [
      "it is disarmed",
      /automatic failover is armed.*disarmed until 2026-01-01T00:01:00.000Z/,
      (tools) => {
        const seen = { ...control, disarmedUntilMs: NOW_MS + 60_000 };
        const outcome = { done: true, action: { do: "nothing" }, control: seen };
        standby(tools)
          .lambda.on(InvokeCommand)
          .resolves({ Payload: Buffer.from(JSON.stringify(outcome)) as never });
      },
    ],
  ])("fails when %s", async (_what, expected, spoil) => {
    const tools = readyTools();
    spoil(tools);
    const { exitCode, notFine } = await run(tools);
    expect(exitCode).toBe(1);
    const lines = notFine.map(({ name, found, todo }) => `${name}: ${found}; ${todo ?? ""}`);
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });

  it("does not know what only home could tell while home is lost", async () => {
    const tools = readyTools();
    const home = tools.inRegion(HOME);
    home.rds.on(DescribeDBClustersCommand).rejects(silence());
    home.secrets.on(GetSecretValueCommand).rejects(silence());
    const { exitCode, notFine } = await run(tools);
    expect(exitCode).toBe(3);
    expect(notFine.map(({ name, result }) => [result, name])).toEqual([
      ["UNKNOWN", "both clusters have the same engine version"],
      ["UNKNOWN", "the secret tokenKeys is the same in both regions"],
      ["UNKNOWN", "the secret canaryKeys is the same in both regions"],
      ["UNKNOWN", "the secret databaseMaster is the same in both regions"],
    ]);
  });

  it("asks the API again after an answer that clients retry", async () => {
    const tools = readyTools();
    let asked = 0;
    const { http } = tools;
    tools.http = (request) =>
      asked++ < 2 ? Promise.resolve({ status: 429, body: "" }) : http(request);
    expect(await run(tools)).toMatchObject({ notFine: [], exitCode: 0 });
    tools.http = () => Promise.resolve({ status: 503, body: "" });
    expect((await run(tools)).notFine.map(({ found }) => found)).toEqual([
      "/health answers 503",
      "/failover-latch answers 503",
    ]);
  });

  it("prints no secret", async () => {
    const { out } = await run(readyTools());
    expect(out).not.toContain("the same secret");
  });
});
