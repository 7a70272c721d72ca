import { EPOCH_JUMP } from "../../../lambda/control/tunables";
import {
  atStandby,
  changesOf,
  forgetStart,
  loseHome,
  orchestrate,
  secondOf,
  sentinel,
  steadyWorld,
  takeover,
  tick,
  writeBadLooks,
} from "../../helpers/failover";
import { alarmEvents } from "../../helpers/events";
import { STANDBY, HOME, throttled, type FakeWorld } from "../../helpers/fakeRuntime";

const { alarm, fromTopic } = alarmEvents();
let world: FakeWorld;

beforeEach(() => {
  world = steadyWorld();
});

const play = (event: unknown, region = STANDBY) => world.timed(orchestrate(world, event, region));
const second = (pattern: Parameters<typeof secondOf>[1], nth?: number) =>
  secondOf(world, pattern, nth);

describe("an invocation", () => {
  it("uses the sentinel's fresh probe results at once", async () => {
    loseHome(world);
    await world.advance(30);
    writeBadLooks(world);
    await play(sentinel);
    expect(second({ command: "Put", on: "control" })).toBe(33.04);
    expect(changesOf(world)).toEqual(takeover.slice(0, 2));
  });

  it("without stored probe results needs three bad slots", async () => {
    loseHome(world);
    await world.advance(35);
    await play(sentinel);
    expect(second({ command: "Put", on: "control" })).toBe(53.03);
  });

  it("uses neither stale probe results nor the event as evidence", async () => {
    loseHome(world);
    await world.advance(30);
    writeBadLooks(world);
    await world.advance(21);
    await play(alarm).catch(() => undefined);
    expect(second({ command: "Put", on: "control" })).toBe(73.03);
  });

  it.each([
    ["the sentinel", sentinel],
    ["an alarm", alarm],
    ["home's topic", fromTopic],
  ])("started by %s ends after three good probes without an action", async (_, event) => {
    await world.advance(5);
    const { result, seconds } = await play(event);
    expect(result).toMatchObject({ done: true, action: { do: "nothing" } });
    expect(seconds).toBeLessThan(15.1);
    expect(world.callsOf({ command: "GET", on: "https://home.test/live/health" })).toHaveLength(3);
    expect(changesOf(world)).toEqual([]);
  });

  it("started by the sentinel ends after one probe if there is no sign", async () => {
    loseHome(world);
    writeBadLooks(world);
    const { result, seconds } = await play(sentinel);
    expect(result).toMatchObject({ done: true, action: { do: "nothing" } });
    expect(seconds).toBeLessThan(3.1);
    expect(world.callsOf({ service: "cloudwatch" })).toHaveLength(1);
    expect(world.told("rds")).toEqual([]);
  });

  it("ends at once if the standby is active and no work is left", async () => {
    loseHome(world);
    atStandby(world);
    const { result, seconds } = await play(alarm);
    expect(result).toMatchObject({ done: true, action: { because: `${STANDBY} is active` } });
    expect(seconds).toBeLessThan(3.1);
  });

  it("ends when home's activation is published, whatever the probes find", async () => {
    loseHome(world);
    world.setControl({ active: null, target: HOME, how: "start", notifiedEpoch: 0 });
    const { result, seconds } = await play(alarm);
    expect(result).toMatchObject({ done: true, control: { active: HOME, notifiedEpoch: 1 } });
    expect(seconds).toBeLessThan(12);
  });

  it("does not wait for a slot during a takeover, the tick included", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    await world.advance(1);
    await play(tick);
    expect(second({ command: "FailoverGlobalCluster" })).toBeLessThan(1.1);
  });

  it("that waits for a promotion notices what another invocation has done", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    const run = orchestrate(world, sentinel);
    await world.advance(3);
    const done = { active: STANDBY, target: null, notifiedEpoch: 2, repointedEpoch: 2 };
    world.setControl({ version: 9, ...done });
    expect(await world.play(run)).toMatchObject({ done: true, control: done });
    expect((world.nowMs - world.startMs) / 1000).toBeLessThan(5);
    expect(world.told("lambda")).toEqual([]);
  });

  it("retries a refused promotion after 2 s and polls every 4 s", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    world.mishap({ command: "FailoverGlobalCluster" }, throttled(), 1);
    await play(sentinel);
    const gaps = (command: string): number[] =>
      world
        .callsOf({ command })
        .map(({ atMs }, i, all) => Math.round((atMs - (all[i - 1]?.atMs ?? world.startMs)) / 1000));
    expect(gaps("FailoverGlobalCluster")).toEqual([0, 2]);
    expect(gaps("DescribeGlobalClusters")).toEqual([0, 2, 4, 4, 4, 4]);
    // Whether it is ready matters to a fence, and there is one.
    expect(world.callsOf({ command: "DescribeDBClusters" })).toEqual([]);
    expect(world.callsOf({ command: "DescribeDBInstances" })).toEqual([]);
  });

  it("started by the sentinel exits after 15 s during a promotion", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    const { result, seconds } = await play(sentinel);
    expect(result).toMatchObject({ done: false, action: { do: "wait" } });
    expect(seconds).toBeGreaterThan(15);
    expect(seconds).toBeLessThan(20);
    expect(world.told("http", "cloudwatch")).toEqual([]);
  });

  it("started by an alarm throws if work is left, so that Lambda retries it", async () => {
    world.services.cluster.promotionMs = 1e9;
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    await expect(play(alarm)).rejects.toMatchObject({
      name: "UnfinishedError",
      message: expect.stringContaining(`${STANDBY} is being promoted`) as string,
    });
    const seconds = (world.nowMs - world.startMs) / 1000;
    expect(seconds).toBeGreaterThan(120);
    expect(seconds).toBeLessThan(130);
    expect(world.services.cluster.promotions).toHaveLength(1);
  });
});

describe("a first start", () => {
  beforeEach(() => forgetStart(world));

  it("is done by the tick, which creates the control item and activates home without an RDS call", async () => {
    await play(tick);
    expect(changesOf(world)).toEqual([
      `${HOME} Invoke home-migration`,
      `${STANDBY} Put control`,
      `${HOME} Invoke home-migration`,
      `${STANDBY} Put control`,
      `${HOME} Invoke home-sweep`,
      `${HOME} Invoke home-migration`,
      `${HOME} Publish home-topic`,
      `${STANDBY} Publish standby-topic`,
      `${STANDBY} Put control`,
    ]);
    expect(world.control).toMatchObject({ epoch: 1, active: HOME, how: "start", version: 3 });
    expect(world.services.databases[HOME]).toMatchObject({ epoch: 1 });
  });

  it("is done by no other trigger", async () => {
    await play(sentinel);
    expect(world.control).toBeUndefined();
  });

  it("does not begin while the control item cannot be read", async () => {
    world.mishap({ on: "control", command: "Get" }, throttled());
    await play(tick);
    expect(world.callsOf({ command: "Put" })).toEqual([]);
  });

  it("pages once if no region is the writer, and waits for an operator", async () => {
    world.services.databases[HOME]!.isWriter = false;
    await play(tick);
    expect(changesOf(world)).toEqual([
      `${HOME} Invoke home-migration`,
      `${STANDBY} Put control`,
      `${HOME} Publish home-topic`,
      `${STANDBY} Publish standby-topic`,
    ]);
    expect(world.control).toMatchObject({ epoch: EPOCH_JUMP, active: null, target: HOME });
  });
});

describe("a new fence to home", () => {
  /** Somebody else fences in the moment in which the control item is read for the n-th time. */
  const fenceAtRead = (nth: number) => {
    let reads = 0;
    world.beforeCall = ({ command, on }) => {
      if (command !== "Get" || on !== "control" || ++reads !== nth) return;
      world.setControl({ version: 6, epoch: 3, active: null, target: HOME, how: "failover" });
    };
  };

  it("before the RDS call prevents the call", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    fenceAtRead(2);
    await play(sentinel);
    expect(world.services.cluster.promotions).toEqual([]);
    expect(world.control).toMatchObject({ epoch: 3, active: HOME });
  });

  it("during an observation does not mix up the regions' databases", async () => {
    atStandby(world);
    world.services.cluster.promotionMs = 1e9;
    fenceAtRead(2);
    await play(sentinel);
    expect(world.callsOf({ service: "lambda" })).toEqual([]);
    expect(world.services.cluster.promotions).toEqual([`failover to ${HOME}`]);
  });
});
