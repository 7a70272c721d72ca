import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { DescribeAlarmsCommand, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { GetHealthCheckStatusCommand } from "@aws-sdk/client-route-53";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { GetTraceSummariesCommand } from "@aws-sdk/client-xray";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { NamedFinding } from "../../../scripts/dr/check";
import { dr } from "../../../scripts/dr/main";
import { alarmsOf } from "./alarms";
import { FakeTools, HOME, STANDBY, control, silence } from "./fakeTools";

const SecretString = JSON.stringify({ keys: [{ kid: "a", key: "k".repeat(64) }] });
const status = (text: string) => ({ StatusReport: { Status: text } });

/** A stack on which everything works. */
function wellTools(): FakeTools {
  const tools = new FakeTools();
  tools.http = ({ method }) =>
    Promise.resolve(
      method === "POST"
        ? { status: 202, body: "{}" }
        : { status: 200, body: JSON.stringify({ status: "SETTLED" }) },
    );
  tools.route53
    .on(GetHealthCheckStatusCommand)
    .resolves({ HealthCheckObservations: [status("Success: 200"), status("Success: 200")] });
  for (const region of [HOME, STANDBY]) {
    const { lambda, cloudwatch, dynamodb, s3, secrets, sns, xray } = tools.inRegion(region);
    cloudwatch.on(DescribeAlarmsCommand).resolves(alarmsOf(region));
    sns
      .on(ListSubscriptionsByTopicCommand)
      .resolves({ Subscriptions: [{ SubscriptionArn: "arn:mail", Protocol: "email" }] });
    lambda.on(InvokeCommand).callsFake(({ Payload }: { Payload: Uint8Array }) => {
      const event = JSON.parse(Buffer.from(Payload).toString()) as { see?: string[] };
      const fence = { done: false, action: { do: "fence", because: "operator" }, control };
      const answer = event.see ? { epoch: 4, seen: event.see } : fence;
      return { Payload: Buffer.from(JSON.stringify(answer)) };
    });
    cloudwatch.on(GetMetricStatisticsCommand).resolves({
      Datapoints: [{ Minimum: 100, ExtendedStatistics: { p50: 12, p99: 60 } }],
    });
    dynamodb.on(PutCommand).resolves({});
    dynamodb.on(GetCommand).resolves({ Item: {} });
    s3.on(HeadObjectCommand).resolves({ ReplicationStatus: "COMPLETED" });
    secrets.on(GetSecretValueCommand).resolves({ SecretString });
    xray.on(GetTraceSummariesCommand).resolves({ TraceSummaries: [{}] });
  }
  return tools;
}

describe("dr verify", () => {
  async function run(tools: FakeTools, ...args: string[]) {
    const all = ["verify", "--stack", "dev", "--json", ...args];
    const { exitCode, out } = await dr(all, () => tools);
    const { data } = JSON.parse(out) as { data: NamedFinding[] };
    const notFine = data.filter(({ result }) => result !== "PASS");
    return {
      exitCode,
      notFine: notFine.map(({ name, found, result }) => `${result} ${name}: ${found}`),
    };
  }

  it("passes on a stack on which everything works", async () => {
    expect(await run(wellTools())).toEqual({ exitCode: 0, notFine: [] });
  });

  it.each<[string, RegExp, (tools: FakeTools) => void]>([
    [
      "no health checker reaches home",
      /FAIL Route 53's health check of home passes: 0 of 1 checkers succeed/,
      (tools) =>
        tools.route53
          .on(GetHealthCheckStatusCommand)
          .resolvesOnce({ HealthCheckObservations: [status("Failure: timeout")] })
          .resolves({ HealthCheckObservations: [status("Success: 200")] }),
    ],
    [
      "a canary fails",
      /FAIL the canary \S+-use2 has run and succeeded: 1 runs in 10 minutes, 1 failed/,
      (tools) =>
        tools
          .inRegion(STANDBY)
          .cloudwatch.on(GetMetricStatisticsCommand, { Namespace: "CloudWatchSynthetics" })
          .resolvesOnce({ Datapoints: [{ Minimum: 0 }] })
          .resolves({ Datapoints: [{ Minimum: 100 }] }),
    ],
    [
      "order-api is slow",
      /FAIL order-api in us-east-1 answers within 100 ms .*: p50 12 ms, p99 250 ms/,
      (tools) =>
        tools
          .inRegion(HOME)
          .cloudwatch.on(GetMetricStatisticsCommand, { Namespace: "AWS/Lambda" })
          .resolves({ Datapoints: [{ ExtendedStatistics: { p50: 12, p99: 250 } }] }),
    ],
    [
      "rows are not replicated",
      /FAIL its row is in the database of us-east-2 within 60 s: not seen in 6\d s/,
      (tools) =>
        tools
          .inRegion(STANDBY)
          .lambda.on(InvokeCommand)
          .callsFake(({ Payload }: { Payload: Uint8Array }) => {
            const isQuestion = Buffer.from(Payload).toString().includes("see");
            const fence = { done: false, action: { do: "fence" }, control };
            const answer = isQuestion ? { epoch: 4, seen: [] } : fence;
            return { Payload: Buffer.from(JSON.stringify(answer)) };
          }),
    ],
    [
      "sessions are not replicated",
      /FAIL a session of us-east-1 is in us-east-2 within 1 s: not seen after 30/,
      (tools) => tools.inRegion(STANDBY).dynamodb.on(GetCommand).resolves({}),
    ],
    [
      "there are no traces",
      /FAIL order-api in us-east-1 has traces: 0 in 15 minutes/,
      (tools) => tools.inRegion(HOME).xray.on(GetTraceSummariesCommand).resolves({}),
    ],
  ])("fails when %s", async (_what, expected, spoil) => {
    const tools = wellTools();
    spoil(tools);
    const { exitCode, notFine } = await run(tools);
    expect(notFine).toEqual([expect.stringMatching(expected)]);
    expect(exitCode).toBe(1);
  });

  it("does not look whether an object arrives unless it waits", async () => {
    const tools = wellTools();
    const { s3 } = tools.inRegion(HOME);
    s3.on(HeadObjectCommand).resolves({ ReplicationStatus: "PENDING" });
    expect(await run(tools)).toMatchObject({
      exitCode: 0,
      notFine: [
        expect.stringMatching(/^SKIPPED .*: PENDING after 0.0 minutes; repeat with --wait$/),
      ],
    });
    s3.on(HeadObjectCommand)
      .resolvesOnce({ ReplicationStatus: "PENDING" })
      .resolves({ ReplicationStatus: "COMPLETED" });
    expect(await run(tools, "--wait")).toEqual({ exitCode: 0, notFine: [] });
    s3.on(HeadObjectCommand).resolves({ ReplicationStatus: "FAILED" });
    expect(await run(tools)).toMatchObject({
      exitCode: 1,
      notFine: [expect.stringMatching(/^FAIL .*: FAILED after 0.0 minutes$/)],
    });
  });

  it("passes in a pull request's environment, which has no subscriber and does not wait", async () => {
    const tools = wellTools();
    for (const region of [HOME, STANDBY]) {
      const { s3, sns } = tools.inRegion(region);
      sns.on(ListSubscriptionsByTopicCommand).resolves({ Subscriptions: [] });
      s3.on(HeadObjectCommand).resolves({ ReplicationStatus: "PENDING" });
    }
    const { exitCode, notFine } = await run(tools);
    expect(exitCode).toBe(0);
    expect(notFine.filter((line) => !line.startsWith("SKIPPED "))).toEqual([]);
    expect(notFine).toHaveLength(4);
    const { out } = await dr(["verify", "--stack", "dev"], () => tools);
    expect(out).toMatch(/^\d+ passed, 0 failed, 0 unknown, 4 skipped$/m);
  });

  it("writes a JUnit report with failures, errors and what was skipped", async () => {
    const tools = wellTools();
    tools.inRegion(HOME).s3.on(HeadObjectCommand).resolves({ ReplicationStatus: "PENDING" });
    tools.inRegion(HOME).xray.on(GetTraceSummariesCommand).resolves({});
    tools.inRegion(HOME).dynamodb.on(PutCommand).rejects(silence());
    const file = path.join(tmpdir(), `verify-${process.pid}.xml`);
    await run(tools, "--junit", file);
    const report = readFileSync(file, "utf8");
    expect(report).toMatch(
      /<testsuite name="dr verify" tests="\d+" failures="1" errors="1" skipped="1">/,
    );
    expect(report).toContain('<failure message="0 in 15 minutes;');
    expect(report).toContain('<error message="no answer: ');
    expect(report).toContain('<skipped message="PENDING after 0.0 minutes;');
  });
});
