import { cachedCapture } from "../../support/capture/cachedCapture";
import type { CapturedResource } from "../../support/capture/capture";
import { DISTRIBUTION_SECONDS } from "../../scripts/rotation/rotateKeys";
import { LOOK_SLOT_SECONDS, LOOP_SECONDS } from "../../lambda/detection/tunables";
import { type Command, type Observation, decide } from "../../lambda/failover/decide";
import { DISARM_SECONDS } from "../../lambda/control/tunables";
import { alarmTable, withAlarmTable } from "../../scripts/alarmDocs";
import { actionText } from "../../scripts/dr/orchestrator";
import { filesIn, matches, rows, section, textOf } from "../helpers/markdown";
import {
  HOME,
  NOW_MS,
  STANDBY,
  controlWith,
  homeLost,
  observationWith,
  under,
  unready,
} from "../helpers/observations";

const ENV = "pr-42";
let resources: CapturedResource[];
const ofType = (type: string) => resources.filter((each) => each.type.startsWith(`aws:${type}:`));

beforeAll(async () => {
  ({ resources } = await cachedCapture({ config: { env: ENV } }));
});

describe("docs/costs.md", () => {
  const table = (heading: string) => rows(section("docs/costs.md", heading));
  const cell = (heading: string, what: string, column: number) =>
    table(heading).find(([name]) => name === what)?.[column];

  it("counts the resources that are billed by the hour", () => {
    const counts = table("By the hour").map(([, type, count]) => [type, count]);
    expect(counts.length).toBeGreaterThan(0);
    expect(counts).toEqual(
      counts.map(([type]) => [type, String(ofType(type!.replaceAll("`", "")).length)]),
    );
  });

  it("counts the resources that options add", async () => {
    const capture = async (options: Record<string, string>) =>
      (await cachedCapture({ config: { env: ENV, ...options } })).resources;
    const retention = "durable";
    const durable = await capture({ retention });
    const options = {
      customerManagedKeys: [durable, await capture({ retention, customerManagedKeys: "true" })],
      "retention: durable": [resources, durable],
      objectLockDays: [durable, await capture({ retention, objectLockDays: "30" })],
      gameDay: [resources, await capture({ gameDay: "true" })],
    };
    const described = table("What options add").map((row) =>
      row.map((text) => text.replaceAll("`", "")),
    );
    const counted = Object.entries(options).map(([option, captures]) => {
      const type = described.find(([name]) => name === option)?.[1];
      const [without = 0, with_ = 0] = captures.map(
        (all) => all.filter((each) => each.type.startsWith(`aws:${type}:`)).length,
      );
      return [option, type, String(with_ - without)];
    });
    expect(described.map((row) => row.slice(0, 3))).toEqual(counted);
  }, 60_000);

  it("computes what is used without any client from the program's own numbers", () => {
    const minutes = 30 * 24 * 60;
    const used = (what: string) => cell("By use, without any client", what, 1);
    const functions = ofType("lambda/function").map(({ inputs }) => inputs);
    const sentinel = functions.find(({ name }) => String(name).includes("sentinel"))!;
    const gbSeconds = (minutes * (60 + LOOP_SECONDS) * Number(sentinel["memorySize"])) / 1024;
    expect(used("polling")).toContain((gbSeconds / 1e6).toFixed(1));
    const orders = (minutes * 60) / LOOK_SLOT_SECONDS;
    expect(used("canary orders")).toContain(orders.toLocaleString("en-US"));
    expect(used("ledger")).toContain(((orders * 18) / 1e6).toFixed(1));
    const canaries = ofType("synthetics/canary");
    const schedules = new Set(canaries.map(({ inputs }) => JSON.stringify(inputs["schedule"])));
    const [, everyMinutes] = /rate\((\d+) minutes\)/.exec([...schedules].join())!;
    const runs = (minutes / Number(everyMinutes)) * canaries.length;
    expect(used("canaries")).toContain(runs.toLocaleString("en-US"));
    const checkers = 16;
    const requests = ofType("route53/healthCheck")
      .map(({ inputs }) => Number(inputs["requestInterval"] ?? Infinity))
      .reduce((sum, seconds) => sum + (checkers * minutes * 60) / seconds, 0);
    expect(used("health checks")).toContain((requests / 1e6).toFixed(1));
  });

  it("counts what an environment needs of the quotas", () => {
    const needed = (quota: string) => cell("Quotas", quota, 2)?.split(/[ ;,]/)[0];
    const perRegion = {
      VPCs: "ec2/vpc",
      "RDS event subscriptions": "rds/eventSubscription",
      "DB instances": "rds/clusterInstance",
      "DB clusters": "rds/cluster",
      "DB cluster parameter groups": "rds/clusterParameterGroup",
      keys: "kms/key",
      canaries: "synthetics/canary",
    };
    for (const [quota, type] of Object.entries(perRegion))
      for (const name of ["us-east-1", "us-east-2"]) {
        const made = ofType(type).filter(({ region }) => region === name);
        expect([quota, needed(quota)]).toEqual([quota, String(made.length)]);
      }
    const ofAccount = {
      "health checks of an account": "route53/healthCheck",
      "hosted zones of an account": "route53/zone",
    };
    for (const [quota, type] of Object.entries(ofAccount))
      expect([quota, needed(quota)]).toEqual([quota, String(ofType(type).length)]);
  });

  it("adds up what an environment reserves of Lambda's concurrency, and how many fit", async () => {
    const durable = await cachedCapture({ config: { env: ENV, retention: "durable" } });
    const reservedBy = (all: readonly CapturedResource[], name: string) =>
      all
        .filter(({ type, region }) => type.startsWith("aws:lambda/function:") && region === name)
        .reduce((sum, { inputs }) => sum + Number(inputs["reservedConcurrentExecutions"] ?? 0), 0);
    const needed = [resources, durable.resources].flatMap((all) =>
      ["us-east-1", "us-east-2"].map((name) => reservedBy(all, name)),
    );
    const numbersIn = (column: number) =>
      matches(cell("Quotas", "Lambda concurrency", column)!, /([\d,]+)/g).map((text) =>
        Number(text.replace(",", "")),
      );
    const [quota] = numbersIn(1);
    const [unreserved] = numbersIn(2).slice(-1);
    expect(numbersIn(2).slice(0, -1)).toEqual(needed);
    const fit = [needed[1]!, needed[3]!].map((each) => Math.floor((quota! - unreserved!) / each));
    expect(numbersIn(3)).toEqual(fit);
    const least = [needed[1]!, needed[3]!].map((each) => each + unreserved!);
    expect(textOf("docs/costs.md").replace(/\s+/g, " ")).toContain(
      `fails below ${least[0]}, or ${least[1]} with \`durable\``,
    );
    expect(textOf("README.md")).toContain(
      `quota of at least ${least[0]} in both regions (${least[1]} with`,
    );
  });

  it("gives every figure a source", () => {
    for (const heading of [
      "By the hour",
      "What options add",
      "By use, without any client",
      "Quotas",
    ])
      for (const cells of table(heading)) expect([cells[0], cells.at(-1)]).not.toContain("");
  });
});

describe("docs/operations.md", () => {
  const operations = textOf("docs/operations.md");

  it.each(["docs/operations.md", "docs/runbook.md"])("%s uses names of the program", (file) => {
    const inputs = JSON.stringify(resources);
    const named = matches(textOf(file), /\$E-([a-z-]+?(?:-use[12]|-…|global))/g);
    expect(named.length).toBeGreaterThan(0);
    const unknown = named.filter((name) => !inputs.includes(`${ENV}-${name.replace("…", "")}`));
    expect(unknown).toEqual([]);
  });

  it("names the final snapshots of a durable environment", async () => {
    const durable = await cachedCapture({ config: { env: ENV, retention: "durable" } });
    const snapshots = durable.resources
      .filter(({ type }) => type.startsWith("aws:rds/cluster:"))
      .map(({ inputs }) => String(inputs["finalSnapshotIdentifier"]));
    expect(snapshots.length).toBeGreaterThan(0);
    for (const name of snapshots) expect(operations).toContain(`\`${name.replace(ENV, "$E")}\``);
  });

  it("names every variable and secret of the workflows", () => {
    const workflows = filesIn(".github/workflows").map((file) =>
      textOf(`.github/workflows/${file}`),
    );
    const used = matches(workflows.join("\n"), /(?:vars|secrets)\.([A-Z_]+)/g);
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect(operations).toContain(`\`${name}\``);
  });

  it("says how long a rotation waits until every function has read the new key", () => {
    expect(operations.replace(/\s+/g, " ")).toContain(`waits ${DISTRIBUTION_SECONDS} seconds`);
  });
});

describe("docs/runbook.md", () => {
  const runbook = textOf("docs/runbook.md");

  it("has the current table of alarms (npm run docs:alarms)", async () => {
    const { resources: own } = await cachedCapture({ config: { env: "dev" } });
    expect(runbook).toBe(withAlarmTable(runbook, alarmTable(own)));
  });

  const failover: Command = { action: "failover", to: STANDBY };
  const failback: Command = { action: "failback" };
  const away = controlWith({ active: STANDBY, epoch: 2, notifiedEpoch: 2, repointedEpoch: 2 });

  it.each<[string, Partial<Observation>]>([
    ["the dry run of a failover", { command: failover }],
    ["a failover that is done", { command: failover, control: away }],
    ["the dry run of a failback", { command: failback, control: away }],
    ["a failback that is done", { command: failback }],
    [
      "disarm",
      {
        command: { action: "disarm" },
        control: controlWith({ disarmedUntilMs: NOW_MS + DISARM_SECONDS * 1000 }),
      },
    ],
    ["arm", { command: { action: "arm" } }],
  ])("shows the orchestrator's answer to %s", (_what, changes) => {
    const action = decide(observationWith(changes), NOW_MS);
    expect(runbook).toContain(`\`${actionText(action)}\``);
  });

  it.each<[string, "refuse" | "page", Partial<Observation>]>([
    ["an unready region", "refuse", { command: failover, target: unready }],
    [
      "a failover in progress",
      "refuse",
      { command: failback, control: under(STANDBY, "failover") },
    ],
    ["a home without an answer", "refuse", { command: failback, control: away, target: "unknown" }],
    ["a loss with an unready standby", "page", { evidence: homeLost, target: unready }],
    ["a start without a writer", "page", { control: under(HOME, "start") }],
  ])("explains the message about %s", (_what, kind, changes) => {
    const action = decide(observationWith(changes), NOW_MS);
    expect(action).toMatchObject({ do: kind });
    const { because } = action as { because: string };
    expect(runbook).toContain(kind === "refuse" ? `\`refuse: ${because}\`` : `\`${because}\``);
  });
});
