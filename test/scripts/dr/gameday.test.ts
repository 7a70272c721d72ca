import { InvokeCommand } from "@aws-sdk/client-lambda";
import { DescribeDBClustersCommand } from "@aws-sdk/client-rds";
import { HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { experiments } from "../../../lib/gameDay/experiments";
import { dr } from "../../../scripts/dr/main";
import { parseDeployment } from "../../../scripts/dr/deployment";
import { cachedCapture } from "../../../support/capture/cachedCapture";
import { FakeTools, HOME, NOW_MS, STANDBY, control, silence } from "./fakeTools";
import { readyTools } from "./readyTools";

const SecretString = JSON.stringify({ keys: [{ kid: "a", key: "k".repeat(64) }] });
const failed = Object.assign(new Error("internal"), {
  name: "InternalServerError",
  $metadata: { httpStatusCode: 500 },
});

const experimentTemplate = {
  actions: { a: { actionId: "aws:fis:any", parameters: { duration: "PT10M" } } },
  stopConditions: [{ source: "aws:cloudwatch:alarm", value: "arn:alarm" }],
};

/** What happens during an experiment, as the platform shows it. */
interface Story {
  /** Recorded when the fault begins. */
  takeover?: { rtoSeconds: number; rpoSeconds?: number };
  /** How AWS FIS ends the experiment. */
  ends?: { status: "completed" | "stopped" | "failed"; reason: string };
  /** Whether the fault shows itself. */
  isThere?: boolean;
  /** Regions whose database lacks acknowledged orders. */
  lacking?: readonly string[];
  /** Whether the APIs accept orders. */
  accepts?: boolean;
}

/** A stack that is ready for an experiment, and plays a story once it is started. */
function toolsFor({ takeover, ends, isThere = true, lacking = [], accepts = true }: Story) {
  const calls = { started: 0, stopped: [] as string[] };
  const tools = Object.assign(readyTools(), { calls });
  tools.deployment = async () => {
    const { outputs } = await cachedCapture({ config: { env: "dev", gameDay: "true" } });
    return parseDeployment(JSON.parse(JSON.stringify(outputs)), "the captured program");
  };
  if (accepts) tools.answers["POST orders"] = { status: 202 };
  let polls = -1;
  const isRunning = () => polls >= 0 && polls < 14;
  const isFaulty = () => isThere && isRunning();
  tools.rest = (service, region, { method, path }) => {
    expect([service, region]).toEqual(["fis", HOME]);
    const [, kind, id] = path.split("/");
    if (kind === "experimentTemplates") return Promise.resolve({ experimentTemplate });
    if (method === "DELETE") calls.stopped.push(id!);
    if (method === "GET") polls++;
    if (method === "POST") {
      calls.started++;
      polls = 0;
    }
    const running = { status: "running", reason: "running" };
    const state = isRunning() ? running : (ends ?? { status: "completed", reason: "all done" });
    return Promise.resolve({ experiment: { id: "EXP1", state } });
  };
  const history = {
    epoch: 4,
    active: HOME,
    how: "start",
    reason: "first",
    atMs: NOW_MS,
    rtoSeconds: 0,
    rpoSeconds: 0,
  };
  const happened = {
    ...history,
    epoch: 5,
    active: STANDBY,
    how: "failover",
    reason: "home lost",
    rpoSeconds: 1,
    ...takeover,
  };
  const isMoved = () => takeover !== undefined && polls > 0;
  for (const region of [HOME, STANDBY]) {
    const { dynamodb, lambda, rds, s3, secrets } = tools.inRegion(region);
    secrets.on(GetSecretValueCommand).resolves({ SecretString });
    dynamodb.on(GetCommand).callsFake(({ Key }: { Key: { pk?: string } }) => {
      if (Key.pk === undefined) return Promise.resolve(isFaulty() ? {} : { Item: {} });
      if (region === HOME && isFaulty()) return Promise.reject(failed);
      const takeovers = isMoved() ? [history, happened] : [history];
      return Promise.resolve({ Item: { takeovers } });
    });
    lambda.on(InvokeCommand).callsFake(({ Payload }: { Payload: Uint8Array }) => {
      const { see } = JSON.parse(Buffer.from(Payload).toString()) as { see?: string[] };
      const active = isMoved() ? { ...control, epoch: 5, active: STANDBY } : control;
      const answer = see
        ? { epoch: 4, seen: lacking.includes(region) ? see.slice(1) : see }
        : { done: true, action: { do: "nothing" }, control: active };
      return Promise.resolve({ Payload: Buffer.from(JSON.stringify(answer)) });
    });
    s3.on(HeadObjectCommand).callsFake(() =>
      Promise.resolve({ ReplicationStatus: isFaulty() ? "PENDING" : "COMPLETED" }),
    );
    rds.on(DescribeDBClustersCommand).callsFake(() => {
      const hasFailedOver = isThere && polls > 0;
      const writer = { IsClusterWriter: true, DBInstanceIdentifier: hasFailedOver ? "b" : "a" };
      const own = { Status: "available", EngineVersion: "15.10", DBClusterMembers: [writer] };
      return Promise.resolve({ DBClusters: [own] });
    });
  }
  return tools;
}

async function run(tools: FakeTools, ...args: string[]) {
  const { exitCode, out, error } = await dr(["gameday", "--stack", "dev", ...args], () => tools);
  return { exitCode, out, error, verdict: /^(PASS|FAIL|INCONCLUSIVE) +(.*)$/m.exec(out)?.[0] };
}

describe("dr gameday, before anything is started,", () => {
  it("refuses a stack without experiments, and says what to do", async () => {
    const { exitCode, error } = await run(new FakeTools());
    expect(exitCode).toBe(1);
    expect(error).toContain("run `pulumi config set gameDay true` and deploy");
  });

  it("lists the experiments with their pages, and knows no others", async () => {
    const { exitCode, out } = await run(toolsFor({}));
    expect(exitCode).toBe(0);
    for (const [name, { page }] of Object.entries(experiments)) {
      expect(out).toMatch(new RegExp(`^${name} +\\w.*\n +expected: .*\n +${page}$`, "m"));
    }
    const other = await run(toolsFor({}), "--experiment", "power");
    expect(other.exitCode).toBe(2);
    expect(other.error).toContain("allowed are session-replication, ");
  });

  it("refuses while the standby is not ready, and shows why", async () => {
    const tools = toolsFor({});
    tools.answers["GET health"] = { status: 503 };
    const { exitCode, out } = await run(tools, "--experiment", "ledger-replication", "--yes");
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /^not ready, so nothing was started:\n\n[^]*FAIL +the standby's API answers/,
    );
    expect(tools.calls.started).toBe(0);
  });

  it("shows with --dry-run what AWS FIS has, and changes nothing", async () => {
    const tools = toolsFor({});
    const { exitCode, out } = await run(tools, "--experiment", "session-replication", "--dry-run");
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^action +aws:fis:any, duration PT10M$/m);
    expect(out).toMatch(/^stops at +arn:alarm$/m);
    expect([tools.calls.started, tools.asked]).toEqual([0, []]);
  });

  it("starts nothing unless the name of the environment is typed", async () => {
    const tools = toolsFor({});
    tools.typed = "yes";
    const { exitCode, error } = await run(tools, "--experiment", "session-replication");
    expect([exitCode, tools.calls.started]).toEqual([1, 0]);
    expect(error).toContain('got "yes", not "dev"; nothing was changed');
    tools.typed = "dev";
    expect(await run(tools, "--experiment", "session-replication")).toMatchObject({ exitCode: 0 });
    expect(tools.calls.started).toBe(1);
  });
});

describe("dr gameday", () => {
  const inTime = { rtoSeconds: 140 };
  const noTakeover = "no takeover, no order lost, replication has caught up";

  it.each<[string, string, Story, string, number]>([
    [
      "passes when the standby takes over in time",
      "ledger-replication",
      { takeover: inTime },
      "PASS +RTO 140 s, RPO 1 s, no order lost",
      0,
    ],
    [
      "passes without a takeover when sessions are not replicated",
      "session-replication",
      {},
      `PASS +${noTakeover}`,
      0,
    ],
    [
      "passes without a takeover when archives are not replicated",
      "archive-replication",
      {},
      `PASS +${noTakeover}`,
      0,
    ],
    [
      "passes without a takeover when the database fails over at home",
      "database-failover",
      {},
      `PASS +${noTakeover}`,
      0,
    ],
    [
      "passes when nothing depends on the other region",
      "cross-region-connectivity",
      {},
      `PASS +${noTakeover}`,
      0,
    ],
    ["fails when nobody takes over", "ledger-replication", {}, "FAIL +no region has taken over", 1],
    [
      "fails when the takeover is late",
      "ledger-replication",
      { takeover: { rtoSeconds: 301 } },
      "FAIL +the RTO was 301 s, and 300 s are promised",
      1,
    ],
    [
      "fails when the active region lacks an acknowledged order",
      "ledger-replication",
      { takeover: inTime, lacking: [STANDBY] },
      "FAIL +1 of \\d+ acknowledged orders are lost",
      1,
    ],
    [
      "fails when a fault that is not meant to leads to a takeover",
      "session-replication",
      { takeover: inTime },
      "FAIL +us-east-2 has taken over: home lost",
      1,
    ],
    [
      "fails when the other region lacks an order",
      "archive-replication",
      { lacking: [STANDBY] },
      "FAIL +replication has not caught up: 1 orders are not in us-east-2",
      1,
    ],
    [
      "cannot tell when nothing shows the fault",
      "session-replication",
      { isThere: false },
      "INCONCLUSIVE +nothing showed the fault",
      3,
    ],
    [
      "cannot tell when nobody takes over from a fault that is not there",
      "ledger-replication",
      { isThere: false },
      "INCONCLUSIVE +nothing showed the fault",
      3,
    ],
    [
      "cannot tell when an alarm stops the experiment",
      "session-replication",
      { ends: { status: "stopped", reason: "halted by stop condition" } },
      "INCONCLUSIVE +the experiment is stopped: halted by stop condition",
      3,
    ],
    [
      "cannot tell when no order was accepted",
      "cross-region-connectivity",
      { accepts: false },
      "INCONCLUSIVE +no order was acknowledged",
      3,
    ],
  ])("%s", async (_what, name, story, expected, code) => {
    const tools = toolsFor(story);
    const { exitCode, verdict } = await run(tools, "--experiment", name, "--yes");
    expect(verdict).toMatch(new RegExp(`^${expected}`));
    expect(exitCode).toBe(code);
    // It has ended by itself.
    expect(tools.calls.stopped).toEqual([]);
    expect(tools.undos.size).toBe(0);
    expect(tools.said.join("\n")).toContain("experiment EXP1: running");
  });

  it("follows one archive by another until one waits", async () => {
    const tools = toolsFor({});
    const statuses = ["COMPLETED", "PENDING", "COMPLETED"] as const;
    const head = tools.inRegion(HOME).s3.on(HeadObjectCommand);
    for (const ReplicationStatus of statuses) head.resolvesOnce({ ReplicationStatus });
    head.resolves({ ReplicationStatus: "PENDING" });
    await run(tools, "--experiment", "archive-replication", "--yes");
    expect(tools.said).toContain("dr: the fault shows itself");
    const keys = tools
      .inRegion(HOME)
      .s3.commandCalls(PutObjectCommand)
      .map(({ args: [{ input }] }) => input.Key);
    // The last one is written when the experiment is over.
    expect(new Set(keys).size).toBe(4);
  });

  it("prints what it has seen as JSON", async () => {
    const tools = toolsFor({ takeover: inTime });
    const { out } = await run(tools, "--experiment", "ledger-replication", "--yes", "--json");
    expect(JSON.parse(out)).toMatchObject({
      exit: "done",
      data: {
        verdict: "PASS",
        experiment: "ledger-replication",
        ending: { id: "EXP1", status: "completed" },
        takeover: { value: { rtoSeconds: 140, rpoSeconds: 1 } },
        lost: { value: [] },
      },
    });
  });

  it("places an order with the same id in the standby while home refuses", async () => {
    const tools = toolsFor({ takeover: inTime });
    const placed: string[][] = [];
    const usual = tools.http;
    tools.http = (request: Parameters<typeof usual>[0] & { body?: string }) => {
      if (request.method !== "POST") return usual(request);
      const { orderId } = JSON.parse(request.body!) as { orderId: string };
      placed.push([/use[12]|us-east-[12]/.exec(request.url)![0], orderId]);
      return Promise.resolve({ status: placed.length % 2 === 1 ? 503 : 202, body: "{}" });
    };
    await run(tools, "--experiment", "ledger-replication", "--yes");
    const [[first, id], [second, sameId]] = placed as [[string, string], [string, string]];
    expect([first, second, sameId]).toEqual([HOME, STANDBY, id]);
  });

  /** Answers calls to AWS FIS before the story does. */
  function before(tools: FakeTools, answer: (call: string, query?: object) => unknown) {
    const { rest } = tools;
    tools.rest = (service, region, request) => {
      const answered = answer(`${request.method} ${request.path}`, request.query);
      if (answered instanceof Error) return Promise.reject(answered);
      return answered === undefined ? rest(service, region, request) : Promise.resolve(answered);
    };
  }
  const GET = "GET /experiments/EXP1";
  const session = ["--experiment", "session-replication", "--yes"];

  it("stops the experiment when it is interrupted", async () => {
    const tools = toolsFor({});
    before(tools, (call) => {
      if (call !== GET) return undefined;
      return Promise.all([...tools.undos].map((undo) => undo())).then(() => ({
        experiment: { id: "EXP1", state: { status: "stopped", reason: "by hand" } },
      }));
    });
    await run(tools, ...session);
    expect(tools.calls.stopped).toEqual(["EXP1"]);
  });

  it.each([
    ["after an error", silence()],
    ["when it does not end", { experiment: { id: "EXP1", state: { status: "running" } } }],
  ])("stops the experiment %s", async (_when, answer) => {
    const tools = toolsFor({});
    before(tools, (call) => (call === GET ? answer : undefined));
    expect((await run(tools, ...session)).exitCode).toBe(3);
    expect(tools.calls.stopped).toEqual(["EXP1"]);
  });

  it("stops what runs of the template when the answer to the start is lost", async () => {
    const tools = toolsFor({});
    before(tools, (call, query) => {
      if (call === "POST /experiments") return silence();
      if (call !== "GET /experiments") return undefined;
      expect(query).toEqual({ experimentTemplateId: expect.stringMatching(/^EXT/) as string });
      const of = (id: string, status: string) => ({ id, state: { status } });
      return { experiments: [of("OLD", "completed"), of("LOST", "running")] };
    });
    expect((await run(tools, ...session)).exitCode).toBe(3);
    expect(tools.calls.stopped).toEqual(["LOST"]);
  });

  it("says where to look when it cannot stop the experiment", async () => {
    const tools = toolsFor({});
    before(tools, (call) => (/^(GET|DELETE) .experiments.EXP1/.test(call) ? silence() : undefined));
    const { exitCode, error } = await run(tools, ...session);
    expect(exitCode).toBe(3);
    expect(error).toMatch(
      /^dr: the experiment may still run \(.*\): AWS FIS in us-east-1, template/,
    );
  });
});
