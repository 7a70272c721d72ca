import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { DescribeGlobalClustersCommand } from "@aws-sdk/client-rds";
import { GetHostedZoneCommand } from "@aws-sdk/client-route-53";
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { dr } from "../../../scripts/dr/main";
import { FakeTools, HOME, NOW_MS, STANDBY, silence, control } from "./fakeTools";

const clusterIn = (region: string) => `arn:aws:rds:${region}:123456789012:cluster:dev-orders`;

describe("dr status", () => {
  let tools: FakeTools;
  beforeEach(() => {
    tools = new FakeTools();
    answersAs(STANDBY, { writer: HOME });
    tools.route53
      .on(GetHostedZoneCommand)
      .resolves({ HostedZone: undefined, DelegationSet: { NameServers: ["ns-1.example"] } });
    tools.names = ["home.execute-api"];
  });

  function answersAs(
    region: string,
    { writer, seen = control }: { writer: string; seen?: object },
  ) {
    const { lambda, rds, dynamodb, cloudwatch } = tools.inRegion(region);
    const outcome = { done: true, action: { do: "nothing", because: "well" }, control: seen };
    lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(outcome)) as never });
    const members = [HOME, STANDBY].map((each) => ({
      DBClusterArn: clusterIn(each),
      IsWriter: each === writer,
      SynchronizationStatus: "connected" as const,
    }));
    rds
      .on(DescribeGlobalClustersCommand)
      .resolves({ GlobalClusters: [{ GlobalClusterMembers: members }] });
    dynamodb.on(QueryCommand).resolves({ Items: [] });
    cloudwatch.on(GetMetricStatisticsCommand).resolves({
      Datapoints: [
        { Timestamp: new Date(NOW_MS - 120_000), Maximum: 900 },
        { Timestamp: new Date(NOW_MS - 60_000), Maximum: 80 },
      ],
    });
  }

  const run = (...args: string[]) => dr(["status", "--stack", "dev", ...args], () => tools);

  it("shows a healthy platform from the standby region alone", async () => {
    const { exitCode, out } = await run();
    expect(exitCode).toBe(0);
    expect(out).toContain("us-east-1 is active (epoch 4)");
    expect(out).toMatch(/writer +us-east-1, us-east-2 connected/);
    expect(out).toMatch(/open orders +none/);
    expect(out).toMatch(/replication lag +80 ms/);
    expect(out).toMatch(/DNS +home.execute-api/);
    expect(tools.inRegion(HOME).lambda.calls()).toEqual([]);
  });

  it("counts open orders and says how old the oldest is", async () => {
    const at = new Date(NOW_MS - 95_000).toISOString();
    const pk = "order#0189f3a0-0000-7000-8000-000000000001";
    const { dynamodb } = tools.inRegion(STANDBY);
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ pk, shard: "open#0", at }], LastEvaluatedKey: { pk } })
      .resolves({ Items: [] });
    expect((await run()).out).toMatch(/open orders +1 or more, the oldest for 95 s/);
  });

  it("shows what takeovers have cost, and none for a new environment's start", async () => {
    const start = { epoch: 1, active: HOME, how: "start", reason: "first", atMs: NOW_MS };
    const failover = { ...start, epoch: 2, active: STANDBY, how: "failover" };
    tools
      .inRegion(STANDBY)
      .dynamodb.on(GetCommand)
      .resolves({
        Item: {
          takeovers: [
            { ...start, rtoSeconds: 0, rpoSeconds: 0 },
            { ...failover, rtoSeconds: 70.5, rpoSeconds: 0.2 },
          ],
        },
      });
    expect((await run()).out).toMatch(
      /last takeovers +2026-01-01T\S+ failover to us-east-2, RTO 70.5 s, RPO 0.2 s$/m,
    );
  });

  it("is not fine while a takeover is in progress", async () => {
    const seen = { ...control, active: null, target: STANDBY, how: "failover" };
    answersAs(STANDBY, { writer: HOME, seen });
    const { exitCode, out } = await run();
    expect(exitCode).toBe(1);
    expect(out).toContain("a failover to us-east-2 is in progress");
  });

  it("is not fine while another region than the active one writes", async () => {
    answersAs(STANDBY, { writer: STANDBY });
    expect(await run()).toMatchObject({ exitCode: 1 });
  });

  it("shows what it knows when Route 53 and CloudWatch do not answer", async () => {
    tools.route53.on(GetHostedZoneCommand).rejects(silence());
    tools.inRegion(STANDBY).cloudwatch.on(GetMetricStatisticsCommand).rejects(silence());
    const { exitCode, out } = await run();
    expect(exitCode).toBe(0);
    expect(out).toMatch(/DNS +\? no answer: connect timed out/);
    expect(out).toMatch(/replication lag +\? no answer/);
  });

  it("does not know when no region answers", async () => {
    for (const region of [HOME, STANDBY]) {
      tools.inRegion(region).lambda.on(InvokeCommand).rejects(silence());
    }
    const { exitCode, out } = await run();
    expect(exitCode).toBe(3);
    expect(out).toMatch(/state +\? dr: no orchestrator has answered; us-east-2: no answer/);
  });

  it("prints the same as JSON", async () => {
    const { out } = await run("--json");
    expect(JSON.parse(out)).toMatchObject({
      exit: "done",
      data: { writer: { value: { region: HOME } }, lagMs: { value: 80 } },
    });
  });
});
