import { alarmIn } from "../../support/aws/alarmEvents";
import { type Resource, object } from "../description/lookup";
import { describeProgram } from "../description/program";
import { loadHandlers } from "../handlers";
import { type ResourceEdit, editedBy } from "../mutations/edits";
import { ledgerOf } from "../scenario/arming";
import type { Happening } from "../world/happenings";
import { World } from "../world/world";
import { cachedCapture } from "../../support/capture/cachedCapture";

const HOME = "us-east-1";
const STANDBY = "us-east-2";
const MINUTE_MS = 60_000;
const PASSED = "passed";

const canary = "aws:synthetics/canary:Canary";
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";
const edit = (type: string, name: string, set: Record<string, unknown>): ResourceEdit => ({
  type,
  name,
  set,
});
const rate = (minutes: number) => ({ schedule: { expression: `rate(${minutes} minutes)` } });

let resources: readonly Resource[];
beforeAll(async () => {
  ({ resources } = await cachedCapture());
});

const stateOf = (type: string, name: string): Resource =>
  resources.find((each) => each.type === type && each.name === name)!;

/** A canary's run configuration with changes. */
function runConfig(name: string, change: Record<string, unknown>): Record<string, unknown> {
  return { runConfig: { ...object(stateOf(canary, name), "runConfig"), ...change } };
}

/** A role's policy without one statement. */
function without(name: string, sid: string): ResourceEdit {
  const type = "aws:iam/rolePolicy:RolePolicy";
  const policy = JSON.parse(String(stateOf(type, name).state["policy"])) as {
    Statement: { Sid: string }[];
  };
  const Statement = policy.Statement.filter(({ Sid }) => Sid !== sid);
  expect(Statement).toHaveLength(policy.Statement.length - 1);
  return edit(type, name, { policy: JSON.stringify({ ...policy, Statement }) });
}

/** A deployment without clients. Canaries run every minute unless edited otherwise. */
class Played {
  readonly world: World;
  readonly happenings: Happening[] = [];

  constructor(world: World) {
    this.world = world;
    world.base.watch((happening) => this.happenings.push(happening));
    world.deploy();
  }

  static async from(edits: readonly ResourceEdit[] = [], playsCanaries = true): Promise<Played> {
    const often = ["health", "order"].flatMap((check) =>
      ["use1", "use2"].flatMap((region) => [
        edit(canary, `synthetics-${region}-${check}`, rate(1)),
        edit(alarm, `monitoring-${region}-canary-${check}`, { period: 60 }),
      ]),
    );
    const program = describeProgram(editedBy([...often, ...edits], resources));
    const handlers = await loadHandlers();
    return new Played(new World({ seed: "1", program, handlers, playsCanaries }));
  }

  minutes(minutes: number): Promise<void> {
    const { simulation } = this.world.base;
    return simulation.run(simulation.nowMs + minutes * MINUTE_MS);
  }

  /** The failures of the runs so far; "passed" for a run without one. */
  runs(name: string): string[] {
    return this.happenings.flatMap((each) =>
      each.kind === "canary run" && each.name === name ? [each.failure ?? PASSED] : [],
    );
  }

  /** IDs of the orders that a region's own canary placed at its own API. */
  orders(region: string): string[] {
    const ids = this.happenings.flatMap((each) => {
      if (each.kind !== "asked" || each.asked.from !== region) return [];
      return new RegExp(`\\.${region}\\..*/orders/(.+)$`).exec(each.asked.url)?.[1] ?? [];
    });
    return [...new Set(ids)];
  }

  alarmOf(name: string, region: string): string {
    return this.world.cloudwatch.alarms.stateOf(region, name);
  }

  told(name: string): number {
    return this.happenings.filter((each) => {
      const alarm = each.kind === "published" ? alarmIn(each.message) : undefined;
      return alarm?.name === name && alarm.state === "ALARM";
    }).length;
  }
}

describe("a Synthetics canary", () => {
  it("follows an order from start to end with the shipped script", async () => {
    const played = await Played.from();
    await played.minutes(4);
    const { world } = played;
    expect(played.runs("dev-order-use1")).toEqual(Array(4).fill(PASSED));
    const ids = played.orders(HOME);
    expect(ids).toHaveLength(4);
    // The sweep closes orders that the other region has seen.
    await played.minutes(2);
    const ledger = ledgerOf(world.base.program);
    for (const id of ids) {
      const row = world.aurora.writer.volume.state.rows.get(id);
      expect(row).toMatchObject({ accountId: "canary", symbol: "CANARY", epoch: 1 });
      const { shard } = world.dynamodb.peek(ledger, `order#${id}`)!;
      expect(shard).toMatch(/^closed#/);
    }
    expect(played.runs("dev-health-use2")).toEqual(Array(6).fill(PASSED));
    expect(played.alarmOf("dev-canary-order-use1", HOME)).toBe("OK");
    expect(played.alarmOf("dev-canary-health-use2", STANDBY)).toBe("OK");
  });

  it("follows its resource: schedule, start, timeout, environment, script", async () => {
    const played = await Played.from([
      edit(canary, "synthetics-use1-health", rate(3)),
      edit(canary, "synthetics-use2-health", { startCanary: false }),
      edit(
        canary,
        "synthetics-use1-order",
        runConfig("synthetics-use1-order", { timeoutInSeconds: 0.1 }),
      ),
      edit(canary, "synthetics-use2-order", {
        handler: "health.handler",
        ...runConfig("synthetics-use2-order", {
          environmentVariables: object(stateOf(canary, "synthetics-use1-health"), "runConfig")![
            "environmentVariables"
          ],
        }),
      }),
    ]);
    await played.minutes(4);
    expect(played.runs("dev-health-use1")).toEqual([PASSED, PASSED]);
    expect(played.runs("dev-health-use2")).toEqual([]);
    const cutOff = "Task timed out after 100 ms";
    expect(played.runs("dev-order-use1")).toEqual([cutOff, cutOff, cutOff, cutOff]);
    const runs = played.runs("dev-order-use2");
    expect(runs).toHaveLength(4);
    for (const run of runs) expect(run).toContain(`the ledger reachable in ${STANDBY}, got 200`);
    expect(played.orders(STANDBY)).toEqual([]);
  });

  it("writes only what its own role allows", async () => {
    const played = await Played.from([
      without("synthetics-use1-health", "WriteRuns"),
      without("synthetics-use1-order", "Metrics"),
    ]);
    await played.minutes(4);
    const denied = played.happenings.flatMap((each) =>
      each.kind === "denied" ? [`${each.functionName} ${each.action} ${each.resource}`] : [],
    );
    const runs = "arn:aws:s3:::dev-canaries-123456789012-use1/runs/health/dev-health-use1";
    const number = String.raw`/\d+\.json`;
    expect(denied).toHaveLength(8);
    expect(new Set(denied.map((each) => each.replace(new RegExp(`${number}$`), "")))).toEqual(
      new Set([
        `dev-health-use1 s3:PutObject ${runs}`,
        "dev-order-use1 cloudwatch:PutMetricData *",
      ]),
    );
    expect(played.alarmOf("dev-canary-health-use1", HOME)).toBe("OK");
    expect(played.alarmOf("dev-canary-order-use1", HOME)).toBe("INSUFFICIENT_DATA");
  });

  it("alarms its own region's topic while it fails, and after a silence once it runs again", async () => {
    const played = await Played.from();
    const { world } = played;
    const alarms = () => [
      played.alarmOf("dev-canary-order-use1", HOME),
      played.alarmOf("dev-canary-order-use2", STANDBY),
      played.alarmOf("dev-canary-health-use2", STANDBY),
    ];
    await played.minutes(5);
    expect(alarms()).toEqual(["OK", "OK", "OK"]);
    world.lose(HOME);
    const before = played.runs("dev-order-use1").length;
    await played.minutes(6);
    expect(played.runs("dev-order-use1")).toHaveLength(before);
    expect(alarms()).toEqual(["OK", "ALARM", "OK"]);
    expect(played.told("dev-canary-order-use2")).toBe(1);
    world.restore(HOME);
    await played.minutes(2);
    expect(alarms()[0]).toBe("ALARM");
    expect(played.told("dev-canary-order-use1")).toBe(1);
    expect(played.told("dev-canary-health-use2")).toBe(0);
  });

  it("does not trigger a new alarm by missing data, unless the alarm has no warm-up", async () => {
    const name = "monitoring-use1-canary-health";
    const late = edit(canary, "synthetics-use1-health", rate(15));
    const warm = await Played.from([late]);
    await warm.minutes(4);
    expect(warm.alarmOf("dev-canary-health-use1", HOME)).toBe("INSUFFICIENT_DATA");
    await warm.minutes(12);
    expect(warm.alarmOf("dev-canary-health-use1", HOME)).toBe("ALARM");
    const cold = await Played.from([late, edit(alarm, name, { warmUpConfiguration: undefined })]);
    await cold.minutes(4);
    expect(cold.alarmOf("dev-canary-health-use1", HOME)).toBe("ALARM");
  });

  it("does not run unless requested, as in the drill of many outages", async () => {
    const played = await Played.from([], false);
    await played.minutes(2);
    expect(played.happenings.filter(({ kind }) => kind === "canary run")).toEqual([]);
    expect(played.orders(HOME)).toEqual([]);
  });
});
