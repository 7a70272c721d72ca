import { GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  DescribeAvailabilityZonesCommand,
  DescribeRegionsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { GetRoleCommand, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetAccountSettingsCommand } from "@aws-sdk/client-lambda";
import {
  DescribeAccountAttributesCommand,
  DescribeDBEngineVersionsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
} from "@aws-sdk/client-rds";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { NamedFinding } from "../../../scripts/dr/check";
import { dr } from "../../../scripts/dr/main";
import { FakeCli } from "../fakes";
import { FakeTools, HOME, NOW_MS, STANDBY } from "./fakeTools";

const ROLE = "arn:aws:iam::123456789012:role/deployer";
const NOW_S = NOW_MS / 1000;
const RUNTIME = "syn-nodejs-puppeteer-17.0";
const quotas = ["DBInstances", "DBClusters", "DBClusterParameterGroups", "DBSubnetGroups"];
const zone = (region: string, letter: string, id: number) => ({
  ZoneName: `${region}${letter}`,
  ZoneId: `${region === HOME ? "use1" : "use2"}-az${id}`,
});
const named = (name: string) => Object.assign(new Error(name), { name });

/** An account that has everything. */
function readyTools(): FakeTools {
  const tools = new FakeTools();
  offerRuntime(tools, { [HOME]: {}, [STANDBY]: {} });
  const Arn = "arn:aws:sts::123456789012:assumed-role/deployer/ann";
  tools.sts.on(GetCallerIdentityCommand).resolves({ Arn });
  tools.iam.on(GetRoleCommand).resolves({});
  tools.iam
    .on(SimulatePrincipalPolicyCommand, { PolicySourceArn: ROLE })
    .callsFake(({ ActionNames }: { ActionNames: string[] }) => ({
      EvaluationResults: ActionNames.map((EvalActionName) => ({
        EvalActionName,
        EvalDecision: "allowed",
      })),
    }));
  for (const region of [HOME, STANDBY]) {
    const { apiGateway, ec2, lambda, rds } = tools.inRegion(region);
    const zones = [zone(region, "a", 1), zone(region, "b", 3), zone(region, "c", 2)];
    ec2.on(DescribeRegionsCommand).resolves({ Regions: [{ OptInStatus: "opt-in-not-required" }] });
    ec2.on(DescribeAvailabilityZonesCommand).resolves({ AvailabilityZones: zones });
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{}] });
    apiGateway.on(GetAccountCommand).resolves({ cloudwatchRoleArn: "arn:role" });
    lambda
      .on(GetAccountSettingsCommand)
      .resolves({ AccountLimit: { UnreservedConcurrentExecutions: 1000 } });
    rds
      .on(DescribeDBEngineVersionsCommand)
      .resolves({ DBEngineVersions: [{ Status: "available", SupportsGlobalDatabases: true }] });
    rds.on(DescribeOrderableDBInstanceOptionsCommand).resolves({
      OrderableDBInstanceOptions: [
        { AvailabilityZones: zones.map(({ ZoneName }) => ({ Name: ZoneName })) },
      ],
    });
    rds.on(DescribeAccountAttributesCommand).resolves({
      AccountQuotas: [...quotas, "EventSubscriptions"].map((AccountQuotaName) => ({
        AccountQuotaName,
        Used: 0,
        Max: 20,
      })),
    });
  }
  return tools;
}

describe("dr preflight", () => {
  async function run(tools: FakeTools, ...args: string[]) {
    const { exitCode, out, error } = await dr(["preflight", "--json", ...args], () => tools);
    const { data } = JSON.parse(out || '{"data":[]}') as { data: NamedFinding[] };
    const notFine = data.filter(({ result }) => result !== "PASS");
    return {
      exitCode,
      error,
      names: data.map(({ name }) => name),
      notFine: notFine.map(({ name, found, result }) => `${result} ${name}: ${found}`),
    };
  }

  it("passes in an account that has everything, without a stack", async () => {
    expect(await run(readyTools())).toMatchObject({ exitCode: 0, notFine: [] });
  });

  it("asks for a logging role of API Gateway only where access logs are written", async () => {
    const usual = await run(readyTools());
    expect(usual.names.join()).not.toContain("logging role");
    const tools = readyTools();
    tools.inRegion(STANDBY).apiGateway.on(GetAccountCommand).resolves({});
    const { notFine } = await run(tools, "--set", "retention=durable");
    expect(notFine).toEqual([`FAIL API Gateway has a logging role in ${STANDBY}: none`]);
  });

  it("reads the configuration of a stack, which --set overrides", async () => {
    const tools = readyTools();
    tools.cli = new FakeCli({
      "pulumi config --json --stack prod": JSON.stringify({
        "trading-platform:env": { value: "" },
        "trading-platform:retention": { value: "durable" },
        "trading-platform:auroraEngineVersion": { value: "16.9" },
      }),
    });
    const { names } = await run(tools, "--stack", "prod", "--set", "auroraEngineVersion=17.5");
    expect(names).toContain(`RDS creates Aurora PostgreSQL 17.5 in ${HOME}`);
    expect(names).toContain(`API Gateway has a logging role in ${HOME}`);
  });

  it("says what is wrong with a configuration, or that it cannot be read", async () => {
    const wrong = await run(readyTools(), "--set", "standbyRegion=sa-east-1");
    expect(wrong).toMatchObject({ exitCode: 1, names: [] });
    expect(wrong.error).toMatch(/standbyRegion.*has no strongly consistent DynamoDB/);
    expect(await run(readyTools(), "--set", "env")).toMatchObject({ exitCode: 2 });
    const tools = readyTools();
    tools.cli = new FakeCli({ "pulumi config": new Error("spawn pulumi ENOENT") });
    const unread = await run(tools, "--stack", "prod");
    expect(unread.exitCode).toBe(3);
    expect(unread.error).toMatch(/^dr: cannot read .* stack "prod" \(spawn pulumi ENOENT\)/);
  });

  it.each<[string, RegExp, (tools: FakeTools) => void]>([
    [
      "a right is missing",
      /^FAIL the caller may create .*: not: rds:CreateGlobalCluster$/,
      (tools) => denyWith(tools, []),
    ],
    [
      "a service-linked role is missing",
      /^FAIL the service-linked role AWSServiceRoleForRDS exists: it does not$/,
      (tools) =>
        tools.iam
          .on(GetRoleCommand, { RoleName: "AWSServiceRoleForRDS" })
          .rejects(named("NoSuchEntityException")),
    ],
    [
      "a region is not enabled",
      /^FAIL the account may use us-west-2: not-opted-in$/,
      (tools) =>
        tools
          .inRegion(HOME)
          .ec2.on(DescribeRegionsCommand, { RegionNames: ["us-west-2"] })
          .resolves({ Regions: [{ OptInStatus: "not-opted-in" }] }),
    ],
    [
      "the version is not offered",
      /^FAIL RDS creates Aurora PostgreSQL 15.10 in us-east-2: not offered$/,
      (tools) =>
        tools
          .inRegion(STANDBY)
          .rds.on(DescribeDBEngineVersionsCommand)
          .resolves({ DBEngineVersions: [] }),
    ],
    [
      "the version is not for global databases",
      /^FAIL RDS creates Aurora PostgreSQL 15.10 in us-east-1: available, not for global databases$/,
      (tools) =>
        tools
          .inRegion(HOME)
          .rds.on(DescribeDBEngineVersionsCommand)
          .resolves({ DBEngineVersions: [{ Status: "available" }] }),
    ],
    [
      "a region does not offer the canaries' runtime",
      /^FAIL Synthetics creates canaries on syn-nodejs-puppeteer-17.0 in us-east-2: not offered$/,
      (tools) => offerRuntime(tools, { [HOME]: {} }),
    ],
    [
      "the canaries' runtime is deprecated",
      /^FAIL Synthetics creates canaries on .* in us-east-1: deprecated on 2025-12-31$/,
      (tools) => offerRuntime(tools, { [HOME]: { DeprecationDate: NOW_S - 1 }, [STANDBY]: {} }),
    ],
    [
      "only the excluded zone has the instance class as well",
      /^FAIL the zones of us-east-1 have db.r6g.large: us-east-1a and us-east-1c wanted, offered in us-east-1a$/,
      (tools) =>
        tools
          .inRegion(HOME)
          .rds.on(DescribeOrderableDBInstanceOptionsCommand)
          .resolves({
            OrderableDBInstanceOptions: [
              { AvailabilityZones: [{ Name: "us-east-1a" }, { Name: "us-east-1b" }] },
            ],
          }),
    ],
    [
      "a new account has little concurrency",
      /^FAIL Lambda's concurrency in us-east-2 is enough: 162 unreserved; 63 are reserved, and 100 must be left$/,
      (tools) =>
        tools
          .inRegion(STANDBY)
          .lambda.on(GetAccountSettingsCommand)
          .resolves({ AccountLimit: { UnreservedConcurrentExecutions: 162 } }),
    ],
    [
      "a quota of RDS is used up",
      /^FAIL RDS's quota DBInstances in us-east-1 is enough: 39 of 40 used; 2 needed$/,
      (tools) =>
        tools
          .inRegion(HOME)
          .rds.on(DescribeAccountAttributesCommand)
          .resolves({
            AccountQuotas: [...quotas, "EventSubscriptions"].map((AccountQuotaName) => ({
              AccountQuotaName,
              Used: AccountQuotaName === "DBInstances" ? 39 : 0,
              Max: 40,
            })),
          }),
    ],
  ])("fails when %s", async (_what, expected, spoil) => {
    const tools = readyTools();
    spoil(tools);
    const { exitCode, notFine } = await run(tools);
    expect(notFine).toEqual([expect.stringMatching(expected)]);
    expect(exitCode).toBe(1);
  });

  it.each<[string, RegExp, (tools: FakeTools) => void]>([
    [
      "rights depend on conditions",
      /depends on conditions that IAM cannot simulate: rds:CreateGlobalCluster$/,
      (tools) => denyWith(tools, ["aws:RequestTag/Owner"]),
    ],
    [
      "the caller is the root user",
      /IAM simulates users and roles; the caller is arn:aws:iam::1:root$/,
      (tools) => tools.sts.on(GetCallerIdentityCommand).resolves({ Arn: "arn:aws:iam::1:root" }),
    ],
    [
      "the default quota of VPCs is used up",
      /5 VPCs; AWS's default quota is 5, and whether yours is higher is not known$/,
      (tools) =>
        tools
          .inRegion(HOME)
          .ec2.on(DescribeVpcsCommand)
          .resolves({ Vpcs: [{}, {}, {}, {}, {}] }),
    ],
  ])("does not know when %s", async (_what, expected, spoil) => {
    const tools = readyTools();
    spoil(tools);
    const { exitCode, notFine } = await run(tools);
    expect(notFine).toEqual([expect.stringMatching(expected)]);
    expect(exitCode).toBe(3);
  });

  it("asks for rights to roles on the program's own, with the boundary that they will have", async () => {
    const tools = readyTools();
    const boundary = "arn:aws:iam::123456789012:policy/pr-boundary";
    await run(tools, "--set", "env=pr-42", "--set", `permissionsBoundary=${boundary}`);
    const asked = tools.iam
      .commandCalls(SimulatePrincipalPolicyCommand)
      .map(({ args: [{ input }] }) => input);
    const roles = asked.find(({ ActionNames }) => ActionNames!.includes("iam:CreateRole"))!;
    expect(roles.ResourceArns).toEqual([
      expect.stringMatching(/^arn:aws:iam::123456789012:role\/pr-42-/),
    ]);
    for (const { ContextEntries = [] } of asked) {
      const values = ContextEntries.map((each) => [each.ContextKeyName, each.ContextKeyValues]);
      expect(Object.fromEntries(values)).toMatchObject({
        "aws:RequestedRegion": [HOME],
        "iam:PermissionsBoundary": [boundary],
      });
    }
  });

  it("passes with a runtime that is deprecated later", async () => {
    const tools = readyTools();
    offerRuntime(tools, { [HOME]: { DeprecationDate: NOW_S + 1 }, [STANDBY]: {} });
    expect(await run(tools)).toMatchObject({ exitCode: 0, notFine: [] });
  });

  it("says in one line that there are no credentials", async () => {
    const tools = readyTools();
    tools.sts.on(GetCallerIdentityCommand).rejects(named("CredentialsProviderError"));
    const { exitCode, error, names } = await run(tools);
    expect({ exitCode, names }).toEqual({ exitCode: 3, names: [] });
    expect(error).toMatch(/^dr: no valid AWS credentials .*; sign in.*\n$/);
  });

  it("takes zones that the configuration names", async () => {
    const tools = readyTools();
    const zones = '["us-east-1a","us-east-1b"]';
    const { notFine } = await run(tools, "--set", `homeZones=${zones}`);
    expect(notFine).toEqual([
      "FAIL the zones of us-east-1 have db.r6g.large: " +
        "us-east-1a and us-east-1b wanted, offered in us-east-1a, us-east-1c",
    ]);
  });
});

/** Synthetics has the canaries' runtime on the second page of these regions. */
function offerRuntime(tools: FakeTools, byRegion: Record<string, { DeprecationDate?: number }>) {
  tools.rest = (service, region, { method, path, body }) => {
    expect([service, method, path]).toEqual(["synthetics", "POST", "/runtime-versions"]);
    const own = byRegion[region];
    const RuntimeVersions = own === undefined ? [] : [{ VersionName: RUNTIME, ...own }];
    if (body?.["NextToken"] === "2") return Promise.resolve({ RuntimeVersions });
    const older = [{ VersionName: "syn-nodejs-puppeteer-16.0" }];
    return Promise.resolve({ RuntimeVersions: older, NextToken: "2" });
  };
}

/** One right is denied, for want of these context values. */
function denyWith(tools: FakeTools, MissingContextValues: string[]): void {
  tools.iam
    .on(SimulatePrincipalPolicyCommand)
    .callsFake(({ ActionNames }: { ActionNames: string[] }) => ({
      EvaluationResults: ActionNames.map((EvalActionName) =>
        EvalActionName === "rds:CreateGlobalCluster"
          ? { EvalActionName, EvalDecision: "implicitDeny", MissingContextValues }
          : { EvalActionName, EvalDecision: "allowed" },
      ),
    }));
}
