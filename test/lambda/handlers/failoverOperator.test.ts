import type { Control } from "../../../lambda/control/control";
import {
  atStandby,
  changesOf,
  loseHome,
  orchestrate,
  steadyWorld,
  takeover,
} from "../../helpers/failover";
import { clusterArn } from "../../helpers/fakeEnvironment";
import { HOME, STANDBY, throttled, type FakeWorld } from "../../helpers/fakeRuntime";

let world: FakeWorld;

beforeEach(() => {
  world = steadyWorld();
});

const ask = (event: object, region = STANDBY) => world.timed(orchestrate(world, event, region));
const fenceTo = (region: string): Partial<Control> => ({ epoch: 2, active: null, target: region });

describe("an operator's failover", () => {
  it("makes the standby active and reports done, even if home is well", async () => {
    const { result, seconds } = await ask({ action: "failover", to: STANDBY });
    expect(result).toMatchObject({ done: true, action: { do: "nothing" } });
    expect(seconds).toBeLessThan(65);
    expect(changesOf(world)).toEqual(takeover);
    expect(world.control).toMatchObject({
      epoch: 2,
      active: STANDBY,
      how: "failover",
      reason: "operator: failover",
    });
    expect(world.told("http", "eventbridge", "cloudwatch")).toEqual([]);
  });

  it("makes home active from home's orchestrator if the standby is lost", async () => {
    atStandby(world);
    world.mishap({ region: STANDBY }, "hangs");
    const { result } = await ask({ action: "failover", to: HOME }, HOME);
    expect(result).toMatchObject({ done: true, control: { active: HOME, epoch: 3 } });
    expect(world.services.cluster.promotions).toEqual([`failover to ${HOME}`]);
    expect(changesOf(world)).toEqual([
      `${HOME} Put control`,
      `${HOME} FailoverGlobalCluster ${clusterArn(HOME)}`,
      `${HOME} Invoke home-migration`,
      `${HOME} Put control`,
      `${HOME} Invoke home-sweep`,
      `${HOME} Invoke home-migration`,
      `${HOME} Publish home-topic`,
      `${STANDBY} Publish standby-topic`,
      `${HOME} Put control`,
    ]);
  });

  it("reverses a failover in progress with a fence of its own", async () => {
    world.setControl({ ...fenceTo(STANDBY), how: "failover" });
    const { result } = await ask({ action: "failover", to: HOME });
    expect(result).toMatchObject({ done: true, control: { active: HOME, epoch: 3 } });
    expect(world.services.cluster.promotions).toEqual([]);
  });

  it("waits for the promotion in progress: a writer that is about to change is not activated", async () => {
    const { cluster } = world.services;
    cluster.promotionMs = 60_000;
    world.setControl({ ...fenceTo(STANDBY), how: "failover" });
    cluster.answer(STANDBY, "FailoverGlobalCluster", {
      TargetDbClusterIdentifier: clusterArn(STANDBY),
      AllowDataLoss: true,
    });
    const { result } = await ask({ action: "failover", to: HOME });
    expect(cluster.promotions).toEqual([`failover to ${STANDBY}`, `failover to ${HOME}`]);
    expect(result).toMatchObject({ control: { active: HOME, epoch: 3 } });
    expect(world.services.databases[HOME]!.isWriter).toBe(true);
  });

  it("writes no second fence if it is repeated", async () => {
    const command = { action: "failover", to: STANDBY };
    world.services.cluster.promotionMs = 140_000;
    const first = await ask(command);
    expect(first.result).toMatchObject({ done: false, action: { do: "wait" } });
    expect(first.seconds).toBeLessThan(130);
    expect((await ask(command)).result).toMatchObject({ done: true });
    expect((await ask(command)).result).toMatchObject({
      done: true,
      action: { do: "nothing", because: `${STANDBY} is active` },
    });
    expect(world.control!.epoch).toBe(2);
    expect(world.services.cluster.promotions).toEqual([`failover to ${STANDBY}`]);
  });

  it("is refused if the target is not ready", async () => {
    world.services.cluster.unready.add(STANDBY);
    expect((await ask({ action: "failover", to: STANDBY })).result).toMatchObject({
      done: true,
      action: {
        do: "refuse",
        because: `${STANDBY} has no available member with an instance`,
      },
    });
    expect(changesOf(world)).toEqual([]);
  });

  it("is refused even while another failover is in progress", async () => {
    world.setControl({ ...fenceTo(STANDBY), how: "failover" });
    world.services.cluster.unready.add(HOME);
    expect((await ask({ action: "failover", to: HOME })).result).toMatchObject({
      done: true,
      action: { do: "refuse", because: `${HOME} has no available member with an instance` },
    });
    expect(changesOf(world)).toEqual([]);
  });

  it("starts if the target's RDS does not answer, and is done once it does", async () => {
    const mend = world.mishap({ service: "rds" }, "hangs");
    const run = orchestrate(world, { action: "failover", to: STANDBY });
    await world.advance(10);
    expect(world.control).toMatchObject(fenceTo(STANDBY));
    mend();
    expect(await world.play(run)).toMatchObject({ done: true });
  });

  it("reads the control item again if the first read fails", async () => {
    const mend = world.mishap({ on: "control" }, throttled());
    const run = orchestrate(world, { action: "failover", to: STANDBY });
    await world.advance(5);
    mend();
    expect(await world.play(run)).toMatchObject({ done: true, control: { active: STANDBY } });
  });

  it.each([
    ["refuses", throttled()],
    ["hangs", "hangs" as const],
  ])("is not done if the ledger %s, and keeps polling", async (_, mishap) => {
    const mend = world.mishap({ on: "control" }, mishap);
    const { result, seconds } = await ask({ action: "failover", to: STANDBY });
    expect(result).toMatchObject({ done: false, control: "unknown" });
    expect(seconds).toBeGreaterThan(125);
    mend();
    expect((await ask({ action: "failover", to: STANDBY })).result).toMatchObject({ done: true });
  });
});

describe("a failback", () => {
  beforeEach(() => atStandby(world));

  it("switches over in the region of the writer and loses no rows", async () => {
    world.services.databases[STANDBY]!.rows.set("row", { id: "row" } as never);
    const { result } = await ask({ action: "failback" });
    expect(result).toMatchObject({ done: true, control: { active: HOME, epoch: 3 } });
    expect(changesOf(world)).toEqual([
      `${STANDBY} Put control`,
      `${STANDBY} SwitchoverGlobalCluster ${clusterArn(HOME)}`,
      `${HOME} Invoke home-migration`,
      `${STANDBY} Put control`,
      `${HOME} Invoke home-sweep`,
      `${HOME} Invoke home-migration`,
      `${HOME} Publish home-topic`,
      `${STANDBY} Publish standby-topic`,
      `${STANDBY} Put control`,
    ]);
    expect(world.services.databases[HOME]!.rows.has("row")).toBe(true);
    expect(world.control).toMatchObject({ how: "switchover", reason: "operator: failback" });
  });

  it("is refused if RDS in the home region does not answer", async () => {
    world.mishap({ service: "rds", region: HOME }, "hangs");
    expect((await ask({ action: "failback" })).result).toMatchObject({
      done: true,
      action: {
        do: "refuse",
        because: "RDS in the home region does not answer, and a failback needs it",
      },
    });
    expect(changesOf(world)).toEqual([]);
  });

  it("does not reverse a failover to the standby", async () => {
    world.setControl({ ...fenceTo(STANDBY), how: "failover" });
    expect((await ask({ action: "failback" })).result).toMatchObject({
      done: true,
      action: { do: "refuse", because: `a failover to ${STANDBY} is in progress` },
    });
    expect(changesOf(world)).toEqual([]);
  });

  it("has nothing to do if home is active", async () => {
    world = steadyWorld();
    expect((await ask({ action: "failback" })).result).toMatchObject({
      done: true,
      action: { do: "nothing", because: `${HOME} is active` },
    });
    expect(changesOf(world)).toEqual([]);
  });
});

describe("arm and disarm", () => {
  it("disarm lasts 15 minutes and is renewed only after half of that time", async () => {
    const startedMs = world.nowMs;
    expect((await ask({ action: "disarm" })).result).toMatchObject({
      done: true,
      action: { do: "nothing", because: "disarmed" },
    });
    const untilMs = world.control!.disarmedUntilMs;
    expect(untilMs - startedMs).toBeGreaterThanOrEqual(900_000);
    expect(untilMs - startedMs).toBeLessThan(901_000);
    await world.advance(440);
    await ask({ action: "disarm" });
    expect(world.control!.disarmedUntilMs).toBe(untilMs);
    await world.advance(20);
    await ask({ action: "disarm" });
    expect(world.control!.disarmedUntilMs).toBeGreaterThan(untilMs);
    expect(changesOf(world)).toEqual(Array(2).fill(`${STANDBY} Put control`));
  });

  it("arm ends it at once and is done if nothing is disarmed", async () => {
    world.setControl({ disarmedUntilMs: world.nowMs + 600_000 });
    const { result } = await ask({ action: "arm" });
    expect(result).toMatchObject({
      done: true,
      action: { because: "not disarmed; armed once home has settled for long enough" },
    });
    expect(world.control!.disarmedUntilMs).toBe(0);
    await ask({ action: "arm" });
    expect(changesOf(world)).toEqual([`${STANDBY} Put control`]);
  });
});

describe("nothing is changed", () => {
  const expectOnlyReads = () => {
    const reads = new Set(["Get", "Query"]);
    const others = world.calls.filter(
      ({ command }) => !reads.has(command) && !command.startsWith("Describe"),
    );
    expect(others).toEqual([]);
  };

  it.each([
    ["steady", {}, { do: "nothing", because: `${HOME} is active` }, true],
    ["on the way", { ...fenceTo(STANDBY), how: "failover" as const }, { do: "promote" }, false],
    ["to be told", { notifiedEpoch: 0 }, { do: "sweep" }, false],
  ])("by status: %s", async (_, control, action, done) => {
    world.setControl(control);
    const { result, seconds } = await ask({ action: "status" });
    expect(result).toMatchObject({ done, action, control });
    expect(seconds).toBeLessThan(0.1);
    expectOnlyReads();
  });

  it("by status if the ledger and RDS do not answer, and it reports that in time", async () => {
    world.mishap({}, "hangs");
    const { result, seconds } = await ask({ action: "status" });
    expect(result).toMatchObject({ control: "unknown", action: { do: "nothing" } });
    expect(seconds).toBe(4);
  });

  it.each([
    [
      { action: "failover", to: STANDBY },
      { do: "fence", target: STANDBY, how: "failover" },
    ],
    [{ action: "failover", to: HOME }, { do: "nothing" }],
    [{ action: "failback" }, { do: "nothing" }],
    [{ action: "disarm" }, { do: "disarm" }],
    [{ action: "arm" }, { do: "nothing" }],
    [{ action: "status" }, { do: "nothing" }],
  ])("by a dry run of %p, which reports the first action", async (event, action) => {
    const { result } = await ask({ ...event, dryRun: true });
    expect(result).toMatchObject({ action, done: action.do === "nothing" });
    expectOnlyReads();
  });

  it("by a dry run while home is lost and an automatic fence would be due", async () => {
    loseHome(world);
    await ask({ action: "failback", dryRun: true });
    expectOnlyReads();
  });
});
