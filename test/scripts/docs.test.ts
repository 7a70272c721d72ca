import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { CapturedResource } from "../../support/capture/capture";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { firstControl, type Control } from "../../lambda/control/control";
import { decide, type Command, type Observation } from "../../lambda/failover/decide";
import { KEY_REFRESH_SECONDS } from "../../lambda/auth/tunables";
import { LOOK_SLOT_SECONDS, LOOP_SECONDS } from "../../lambda/detection/tunables";
import { DISARM_SECONDS } from "../../lambda/failover/tunables";

const root = path.join(__dirname, "..", "..");
const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");
const operations = textOf("docs/operations.md");
const costs = textOf("docs/costs.md");
const ENV = "pr-42";
let resources: CapturedResource[];

beforeAll(async () => {
  ({ resources } = await cachedCapture({ config: { env: ENV } }));
});

const ofType = (type: string) => resources.filter((each) => each.type.startsWith(`aws:${type}:`));
const alarms = () => [...ofType("cloudwatch/metricAlarm"), ...ofType("cloudwatch/compositeAlarm")];

it("promises HTTPS under one name only with domainName: else no region has a certificate for it", () => {
  expect([...ofType("acm/certificate"), ...ofType("apigateway/domainName")]).toEqual([]);
  const said = {
    "Pulumi.yaml":
      /Empty,[^:]*can only be asked[^:]*; HTTPS is served at the two regions' endpoints/,
    "docs/api.md": /With `domainName`.* Without, that name serves no HTTPS/,
  };
  for (const [file, how] of Object.entries(said)) expect(textOf(file)).toMatch(how);
});

describe("docs/costs.md", () => {
  it("counts what the program makes", () => {
    const rows = [...costs.matchAll(/\| `([a-z0-9]+\/\w+)` +\| (\d+) /g)];
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.map(([, type, count]) => [type, Number(count)])).toEqual(
      rows.map(([, type]) => [type, ofType(type!).length]),
    );
  });

  it("adds up what bills without any client", () => {
    const runs = 30 * 24 * 60;
    const functions = ofType("lambda/function").map(({ inputs }) => inputs as Function);
    type Function = { name: string; memorySize: number; reservedConcurrentExecutions?: number };
    const memoryGb = functions.find(({ name }) => name.includes("sentinel"))!.memorySize / 1024;
    const gbSeconds = runs * (60 + LOOP_SECONDS) * memoryGb;
    expect(costs).toContain(`${(gbSeconds / 1e6).toFixed(1)} million GB-seconds`);
    const orders = (runs * 60) / LOOK_SLOT_SECONDS;
    expect(costs).toContain(`${orders.toLocaleString("en-US")} orders`);
    expect(costs).toContain(`${((orders * 14) / 1e6).toFixed(1)} million replicated write units`);
    const canaries = ofType("synthetics/canary");
    expect(canaries[0]!.inputs).toMatchObject({ schedule: { expression: "rate(5 minutes)" } });
    expect(costs).toContain(`${((runs / 5) * canaries.length).toLocaleString("en-US")} runs`);
    const reserved = (token: string) =>
      functions
        .filter(({ name }) => name.endsWith(token))
        .reduce((sum, each) => sum + (each.reservedConcurrentExecutions ?? 0), 0);
    expect(costs).toContain(`reserves ${reserved("use1")} at home and ${reserved("use2")} in`);
  });

  it("counts the requests of Route 53's checkers", () => {
    const CHECKERS = 16;
    const intervals = ofType("route53/healthCheck")
      .map(({ inputs }) => inputs.requestInterval)
      .filter((seconds) => seconds !== undefined)
      .map(Number);
    expect(intervals.sort()).toEqual([10, 30, 30]);
    const perMonth = (seconds: number) => (CHECKERS * 30 * 24 * 3600) / seconds;
    const requests = intervals.map(perMonth).reduce((sum, each) => sum + each);
    expect(costs).toContain(`about ${(requests / 1e6).toFixed(1)} million requests`);
    expect(costs).toContain(`${CHECKERS} checkers of Route 53`);
  });

  it("counts what an environment takes of a region's quotas, and of the account's", () => {
    const quotas = costs.slice(costs.indexOf("## Quotas"));
    const taken = (quota: string) =>
      new RegExp(`^\\| ${quota} +\\|[^|]*\\| ([^|]*?) +\\|`, "m").exec(quotas)?.[1];
    const perRegion = {
      VPCs: "ec2/vpc:",
      "RDS event subscriptions": "rds/eventSubscription:",
      "DB instances": "rds/clusterInstance:",
      "DB clusters": "rds/cluster:",
      "DB cluster parameter groups": "rds/clusterParameterGroup:",
      keys: "kms/key:",
      canaries: "synthetics/canary:",
    };
    for (const [quota, type] of Object.entries(perRegion))
      for (const region of ["us-east-1", "us-east-2"]) {
        const made = resources.filter(
          (each) => each.region === region && each.type.startsWith(`aws:${type}`),
        );
        expect([quota, taken(quota)?.split(/[ ;]/)[0]]).toEqual([quota, String(made.length)]);
      }
    const ofAccount = ["route53/healthCheck", "iam/role", "route53/zone"]
      .map((type) => ofType(type).length)
      .join(", ")
      .replace(/, (\d+)$/, " and $1");
    expect(taken("health checks, roles, zones of an account")).toBe(ofAccount);
  });

  it("gives every line of its tables a source, or calls it an estimate", () => {
    const rows = costs
      .split("\n")
      .filter((line) => /^\| [a-z]/i.test(line) && !/ source +\|$/.test(line));
    const known =
      /\]\[[\w-]+\]|the same|estimate|source|#\d+|AWS's|Guide|sentinel and tick|one per slot|custom ones|not looked up/;
    expect(
      rows.filter((row) => !known.test(row) && !/^\| (what|quota|resource) /.test(row)),
    ).toEqual([]);
  });
});

describe("docs/operations.md", () => {
  it("explains every alarm, and no other", () => {
    const names = alarms().map(({ inputs }) => {
      const { name, alarmName } = inputs as { name?: string; alarmName?: string };
      return (name ?? alarmName ?? "").slice(ENV.length + 1, -"-use1".length);
    });
    const table = operations.slice(operations.indexOf("## Reading the alarms"));
    const explained = [...table.matchAll(/^\| (`.*?) \| +(both|us-east)/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
    );
    expect(explained.sort()).toEqual([...new Set(names)].sort());
  });

  it("names things as the program does", () => {
    const all = JSON.stringify(resources);
    const named = [...operations.matchAll(/\$E-([a-z-]+?(?:-use[12]|-…|global))/g)];
    expect(named.length).toBeGreaterThan(4);
    for (const [, name] of named) {
      expect([name, all.includes(`${ENV}-${name!.replace("…", "")}`)]).toEqual([name, true]);
    }
    for (const token of ["use1", "use2"]) {
      expect(all).toContain(`${ENV}-failover-orchestrator-${token}`);
    }
  });

  it("names what rings on in us-east-2 while home does not answer", () => {
    const [item] = /^3\. These ring on[^]*?(?=^4\.)/m.exec(operations) ?? [""];
    const failed = ofType("cloudwatch/metricAlarm")
      .map(({ inputs }) => inputs as { name: string; metricName?: string; statistic?: string })
      .filter((each) => /^Home\w+Failed$/.test(each.metricName ?? ""))
      .filter(({ statistic }) => statistic !== "SampleCount")
      .map(({ name }) => name);
    expect(failed.sort()).toEqual([
      `${ENV}-canary-orders-failing-use2`,
      `${ENV}-home-unreachable-use2`,
    ]);
    const inUse2 = item.slice(item.indexOf("us-east-2's"));
    const above = ["degraded", "failover"].map((what) => `${ENV}-${what}-use2`);
    for (const name of [...failed, ...above])
      expect(inUse2).toContain(`\`${name.slice(ENV.length + 1, -"-use2".length)}\``);
  });

  it("names the snapshots that a durable environment leaves behind, which the next one meets", async () => {
    const durable = await cachedCapture({ config: { env: ENV, retention: "durable" } });
    const snapshots = durable.resources
      .filter(({ type }) => type.startsWith("aws:rds/cluster:"))
      .map(({ inputs }) => String(inputs.finalSnapshotIdentifier));
    expect(snapshots).toHaveLength(2);
    for (const name of snapshots) expect(operations).toContain(`\`${name.replace(ENV, "$E")}\``);
  });

  it("names scripts and settings that are there", () => {
    const scripts = operations.match(/scripts\/\w+\.ts/g) ?? [];
    expect(new Set(scripts).size).toBe(3);
    for (const script of scripts)
      expect([script, existsSync(path.join(root, script))]).toEqual([script, true]);
    const workflows = readdirSync(path.join(root, ".github/workflows"))
      .map((file) => textOf(`.github/workflows/${file}`))
      .join("\n");
    const used = [...workflows.matchAll(/(?:vars|secrets)\.([A-Z_]+)/g)].map(([, name]) => name);
    for (const name of new Set(used)) expect(operations).toContain(`\`${name}\``);
  });

  it("keeps to the timings", () => {
    expect(operations).toContain(`no automatic failover for ${DISARM_SECONDS / 60} minutes`);
    const [, slept] = /^sleep (\d+)/m.exec(operations) ?? [];
    expect(Number(slept)).toBeGreaterThan(KEY_REFRESH_SECONDS);
  });

  describe("says what the orchestrator answers", () => {
    const NOW_MS = 1_000_000;
    const atHome: Control = {
      ...firstControl("us-east-1", 0),
      active: "us-east-1",
      target: null,
      notifiedEpoch: 1,
    };
    const away: Control = {
      ...atHome,
      active: "us-east-2",
      epoch: 2,
      notifiedEpoch: 2,
      repointedEpoch: 2,
    };
    const ready = { isWriter: false, isPromoting: false, isReady: true };

    function answer(control: Control, command: Command | null, rest: Partial<Observation> = {}) {
      const observation: Observation = {
        self: "us-east-2",
        home: "us-east-1",
        standby: "us-east-2",
        control,
        command,
        evidence: { probes: [], aliveAtMs: null, progress: null, waitingSinceMs: null },
        target: ready,
        isTick: false,
        memory: { sweptEpoch: 0, repointTriedEpoch: 0, paged: false },
        ...rest,
      };
      return decide(observation, NOW_MS);
    }

    const failover: Command = { action: "failover", to: "us-east-2" };
    const failback: Command = { action: "failback" };

    it.each([
      ["status", answer(atHome, null)],
      ["the dry run of a failover", answer(atHome, failover)],
      ["a failover that is done", answer(away, failover)],
      ["the dry run of a failback", answer(away, failback)],
      ["a failback that is done", answer(atHome, failback)],
      ["disarm", answer({ ...atHome, disarmedUntilMs: NOW_MS + 900_000 }, { action: "disarm" })],
      ["arm", answer(atHome, { action: "arm" })],
    ])("to %s", (_what, action) => {
      expect(operations).toContain(JSON.stringify(action));
    });

    const unready = { target: { ...ready, isReady: false } };
    const underWay: Control = { ...atHome, active: null, target: "us-east-2", how: "failover" };

    it.each([
      ["an unready region", "refuse", answer(atHome, failover, unready)],
      ["a failover under way", "refuse", answer(underWay, failback)],
      ["a home that does not answer", "refuse", answer(away, failback, { target: "unknown" })],
      [
        "a start without a writer",
        "page",
        answer(firstControl("us-east-1", 0), null, { isTick: true }),
      ],
    ])("about %s", (_what, kind, action) => {
      expect(action).toMatchObject({ do: kind });
      expect(operations).toContain(`\`${(action as { because: string }).because}\``);
    });
  });
});
