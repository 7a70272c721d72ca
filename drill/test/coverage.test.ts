import { Coverage, counterNames, merged, uncovered } from "../scenario/coverage";
import { actingCalls } from "../scenario/faults/crashes";
import type { Happening } from "../world/happenings";
import type { World } from "../world/world";

it("sums over outages and names the situations that never occurred", () => {
  const sum = merged([
    { "fence by the tick": 1, "rows lost by a promotion": 2 },
    {},
    { "fence by the tick": 3 },
  ]);
  expect(sum).toEqual({ "fence by the tick": 4, "rows lost by a promotion": 2 });
  expect(uncovered(sum)).toHaveLength(counterNames.length - 2);
  expect(uncovered(sum)).not.toContain("fence by the tick");
  expect(uncovered(Object.fromEntries(counterNames.map((name) => [name, 1])))).toEqual([]);
});

describe("during an outage, the coverage counts", () => {
  const home = "us-east-1";
  const standby = "us-east-2";
  const control = (change: object) => ({
    version: 2,
    epoch: 1,
    active: home,
    target: null,
    how: "start",
    reason: "first start",
    disarmedUntilMs: 0,
    ...change,
  });
  const fenced = control({ epoch: 2, active: null, target: standby, reason: "home lost" });

  const busy = new Map<string, string>();
  beforeEach(() => busy.clear());

  function counted(story: readonly object[], lagMs = 500, lost: readonly string[] = []) {
    let see: (happening: Happening) => void = () => {};
    const base = {
      nowMs: 1_000,
      program: { homeRegion: home, standbyRegion: standby, healthChecks: [], records: [] },
      network: { isLost: (region: string) => lost.includes(region) },
      hooks: { call: { add: () => {} } },
      watch: (watcher: typeof see) => (see = watcher),
    };
    const world = { base, aurora: { lagMs }, rds: { busy } } as unknown as World;
    const { counters } = new Coverage(world, "ledger");
    for (const happening of story) see(happening as Happening);
    return counters;
  }
  const begins = (name: string) => ({ kind: "fault begins", name });
  const written = (before: object, item: object) => ({
    kind: "control written",
    table: "ledger",
    pk: "control",
    before,
    item,
  });
  const committed = (epoch: number) => ({ kind: "rows committed", rows: [{ epoch }] });

  it("long lag and a lost standby, at a fault that requires a failover", () => {
    expect(counted([begins("region")], 60_000)).toEqual({});
    expect(counted([begins("quiet")], 60_001, [standby])).toEqual({});
    expect(counted([begins("writer")], 60_001, [standby])).toEqual({
      "lag above 60 s at the fault": 1,
      "standby away while home fails": 1,
    });
  });

  it("a commit under an older epoch, and whether its function was frozen before", () => {
    const fence = [written(control({}), control({})), written(control({}), fenced)];
    const late = "batch committed after a later fence";
    expect(counted([...fence, committed(1), committed(2)])).toMatchObject({ [late]: 1 });
    expect(counted([begins("processor stale"), ...fence, committed(1)])).toMatchObject({
      [late]: 1,
      "frozen before its commit, committed after a later fence": 1,
    });
  });

  it("a takeover that is reversed before the standby is active", () => {
    const home3 = { ...fenced, epoch: 3, target: home, reason: "operator: failover" };
    const called = [written(control({}), fenced), written(fenced, home3)];
    expect(counted(called)["takeover called off"]).toBe(1);
    const active = { ...fenced, active: standby, target: null };
    const returned = [written(fenced, active), written(active, home3)];
    expect(counted(returned)["takeover called off"]).toBeUndefined();
  });

  it("a page while the standby is in maintenance, and a fence while it is being backed up", () => {
    const page = { kind: "published", subject: "an operator must decide" };
    const fence = [written(control({}), control({})), written(control({}), fenced)];
    const paged = "operators paged: standby not ready";
    const backedUp = "fence while the standby is backed up";
    const names = () => Object.keys(counted([page, ...fence]));
    expect(names()).not.toContain(paged);
    busy.set(home, "maintenance").set(standby, "maintenance");
    expect(names()).toContain(paged);
    expect(names()).not.toContain(backedUp);
    busy.set(standby, "backing-up");
    expect(names()).toContain(backedUp);
    expect(names()).not.toContain(paged);
  });

  it("notifications of failing orders, throttles at home, and each act after which an orchestrator dies", () => {
    const alarm = (name: string, state: string) => ({ kind: "alarm", name, region: home, state });
    const story = [
      alarm("dev-orders-failing-use1", "ALARM"),
      alarm("dev-orders-failing-use1", "OK"),
      alarm("dev-hints-old-use1", "ALARM"),
      { kind: "throttled", functionName: "f", region: home },
      { kind: "throttled", functionName: "f", region: standby },
      ...actingCalls.map((after) => ({ kind: "killed", after })),
    ];
    expect(counted(story)).toEqual({
      "operators told of failing orders": 1,
      "concurrency taken at home": 1,
      ...Object.fromEntries(actingCalls.map((after) => [`killed after ${after}`, 1])),
    });
  });
});
