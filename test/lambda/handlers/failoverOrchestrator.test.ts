import {
  atStandby,
  beAlive,
  changesOf,
  loseHome,
  orchestrate,
  secondOf,
  sentinel,
  steadyWorld,
  takeover,
  tick,
  writeBadLooks,
} from "../../helpers/failover";
import { serviceError, STANDBY, HOME, throttled, type FakeWorld } from "../../helpers/fakeRuntime";
import { openItem } from "../../helpers/events";
import { clusterArn } from "../../helpers/fakeEnvironment";

let world: FakeWorld;

beforeEach(() => {
  world = steadyWorld();
});

const play = (event: unknown, region = STANDBY) => world.timed(orchestrate(world, event, region));
const second = (pattern: Parameters<typeof secondOf>[1], nth?: number) =>
  secondOf(world, pattern, nth);
const published = () =>
  world
    .callsOf({ service: "sns", region: STANDBY })
    .map(({ input }) => [input["Subject"], JSON.parse(input["Message"] as string) as object]);

describe("if home is lost", () => {
  it("the tick fences, promotes, activates, sweeps, notifies and repoints", async () => {
    loseHome(world);
    const { result, seconds } = await play(tick);
    expect(changesOf(world)).toEqual(takeover);
    expect(world.control).toMatchObject({
      version: 9,
      epoch: 2,
      active: STANDBY,
      target: null,
      how: "failover",
      reason: "home lost",
      notifiedEpoch: 2,
      repointedEpoch: 2,
    });
    expect(world.services.cluster.promotions).toEqual([`failover to ${STANDBY}`]);
    expect(world.services.databases[STANDBY]!.epoch).toBe(2);
    expect(result).toMatchObject({ done: false, action: { do: "nothing" } });
    expect(seconds).toBeGreaterThan(120);
  });

  it("the takeover ends within three slots, a probe's timeout and a promotion", async () => {
    loseHome(world);
    await play(tick);
    expect(second({ command: "Put", on: "control" })).toBe(33.05);
    expect(second({ service: "rds", command: "FailoverGlobalCluster" })).toBe(33.09);
    const activated = second({ command: "Put", on: "control" }, 1);
    expect(activated - 33.09).toBeGreaterThan(60);
    expect(activated - 33.09).toBeLessThan(62.2);
    expect(second({ on: "standby-sweep" }) - activated).toBeCloseTo(0.28);
    expect(second({ service: "sns" }) - activated).toBeCloseTo(0.32);
  });

  it("the tick's rule is read last before the fence, and the control item last before the RDS call", async () => {
    loseHome(world);
    await play(tick);
    const before = (command: string, on: string) => {
      const { command: last, on: subject } =
        world.calls[world.calls.findIndex((c) => c.command === command && c.on === on) - 1]!;
      return `${last} ${subject}`;
    };
    expect(before("Put", "control")).toBe("DescribeRule tick");
    expect(before("FailoverGlobalCluster", clusterArn(STANDBY))).toBe("Get control");
  });

  it("only probes, one topic and the repointing call the home region", async () => {
    loseHome(world);
    await play(tick);
    const asked = world.calls.filter((call) => call.region === HOME || call.on.includes("home"));
    expect(new Set(asked.map(({ service, command }) => `${service} ${command}`))).toEqual(
      new Set(["http GET", "http POST", "sns Publish", "route53 UpdateHealthCheck"]),
    );
  });

  it("sweep and notify do not wait for calls to home that hang", async () => {
    loseHome(world);
    world.mishap({ region: HOME }, "hangs");
    await play(tick);
    expect(changesOf(world).slice(0, 9)).toEqual(takeover.slice(0, 9));
    const activated = second({ command: "Put", on: "control" }, 1);
    expect(second({ on: "standby-sweep" }) - activated).toBeCloseTo(0.28);
    expect(second({ command: "Put", on: "control" }, 2) - activated).toBeCloseTo(0.35);
    expect(world.callsOf({ service: "route53" })).toHaveLength(1);
    expect(world.control).toMatchObject({ notifiedEpoch: 2, repointedEpoch: 0 });
  });

  it("a failed repoint is left to the next invocation", async () => {
    loseHome(world);
    const mend = world.mishap({ service: "route53" }, throttled());
    await play(tick);
    expect(world.control).toMatchObject({ notifiedEpoch: 2, repointedEpoch: 0 });
    mend();
    await play(tick);
    expect(world.control).toMatchObject({ repointedEpoch: 2 });
    expect(world.callsOf({ service: "route53" })).toHaveLength(2);
  });

  it("three concurrent invocations make one takeover", async () => {
    loseHome(world);
    await world.advance(15);
    const runs = [tick, tick, sentinel].map((event) => orchestrate(world, event));
    await world.play(Promise.all(runs));
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY, notifiedEpoch: 2 });
    expect(world.services.cluster.promotions).toEqual([`failover to ${STANDBY}`]);
  });
});

describe("an automatic fence", () => {
  /** No fence: the control item is as it was. */
  const expectNoFence = () => {
    expect(world.control).toMatchObject({ version: 5, epoch: 1, active: HOME });
    expect(changesOf(world).filter((line) => !line.includes("Publish"))).toEqual([]);
  };

  it("does not happen while home's heartbeat is fresh", async () => {
    loseHome(world);
    world.beforeCall = ({ on }) => {
      if (on === `alive#${HOME}`) beAlive(world, world.nowMs - 5_000);
    };
    await play(tick);
    expectNoFence();
  });

  it("does not happen while neither region answers", async () => {
    world.website = () => undefined;
    await play(tick);
    expectNoFence();
  });

  it("does not happen if the tick's rule is gone", async () => {
    loseHome(world);
    world.services.hasTickRule = false;
    await play(tick);
    expectNoFence();
    expect(world.callsOf({ service: "eventbridge" }).length).toBeGreaterThan(3);
    expect(world.callsOf({ service: "eventbridge" }).length).toBeLessThan(60);
  });

  it.each([
    ["throttled", throttled()],
    ["denied", serviceError("AccessDeniedException", "not authorized")],
    ["hanging", "hangs" as const],
  ])("happens if reading the rule is %s", async (_, mishap) => {
    loseHome(world);
    world.mishap({ service: "eventbridge" }, mishap);
    await play(tick);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY });
  });

  it("does not happen while disarmed, and happens afterwards", async () => {
    loseHome(world);
    world.setControl({ disarmedUntilMs: world.startMs + 60_000 });
    await play(tick);
    expect(second({ command: "Put", on: "control" })).toBe(63.05);
  });

  it("is not decided by home's orchestrator", async () => {
    loseHome(world);
    writeBadLooks(world);
    await play(sentinel, HOME);
    expectNoFence();
  });

  it("is replaced by one page per tick if the standby is not ready", async () => {
    loseHome(world);
    world.services.cluster.unready.add(STANDBY);
    await play(sentinel);
    expect(published()).toEqual([]);
    await play(tick);
    expectNoFence();
    expect(published()).toMatchObject([
      [
        "an operator must decide",
        { because: `home lost, but ${STANDBY} has no available member with an instance` },
      ],
    ]);
    await play(tick);
    expect(published()).toHaveLength(2);
  });

  it("happens if the standby's RDS does not answer", async () => {
    loseHome(world);
    const mend = world.mishap({ service: "rds" }, "hangs");
    const run = orchestrate(world, tick);
    await world.advance(40);
    expect(world.control).toMatchObject({ epoch: 2, active: null, target: STANDBY });
    mend();
    await world.play(run);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY });
  });

  it("happens if settling has stopped and an order waits, even if home answers", async () => {
    world.website = () => ({ status: 202, body: "" });
    const stopped = { pk: `progress#${HOME}`, epoch: 1, firstAtMs: world.startMs - 600_000 };
    world.put({
      ...stopped,
      lastAtMs: world.startMs - 71_000,
      newestOrderAtMs: world.startMs - 72_000,
    });
    world.put(openItem(1, world.startMs - 75_000));
    await play(tick);
    expect(second({ command: "Put", on: "control" })).toBe(10.08);
    expect(world.control).toMatchObject({ epoch: 2, reason: "settling stopped" });
  });
});

describe("beside a sentinel", () => {
  /** In slots of these seconds. */
  const sentinelLooked = (home: "good" | "bad", isCalm: boolean, ...slots: number[]) => {
    const looks = slots.map((slot) => ({
      atMs: world.startMs + slot * 1000,
      home,
      canary: "unanswered",
      aliveAgeMs: 25_000,
    }));
    const newestAtMs = looks[looks.length - 1]!.atMs;
    world.put({ pk: "looks#sentinel", looks, newestAtMs, loopStartedAtMs: world.startMs, isCalm });
  };
  const probed = () =>
    world
      .callsOf({ on: "https://home.test/live/health" })
      .map(({ atMs }) => Math.floor((atMs - world.startMs) / 1000));

  it("that is calm, a tick does not probe until the sentinel misses a slot", async () => {
    sentinelLooked("good", true, 0);
    const run = orchestrate(world, tick);
    await world.advance(11);
    sentinelLooked("good", true, 10);
    await world.advance(10);
    expect(probed()).toEqual([]);
    expect(world.callsOf({ service: "cloudwatch" })).toEqual([]);
    // The one that every tick begins with.
    expect(world.callsOf({ command: "Get", on: "control" })).toHaveLength(1);
    await world.play(run);
    expect(probed()).toEqual([30, 40, 50, 60, 70, 80, 90, 100, 110, 120]);
  });

  it("that is not calm, a tick probes too", async () => {
    sentinelLooked("good", false, 0);
    await play(tick);
    expect(probed()[0]).toBe(10);
  });

  it("with the first bad probe, the tick's own probes complete the three in a row", async () => {
    loseHome(world);
    sentinelLooked("good", true, 0);
    const run = orchestrate(world, tick);
    await world.advance(13.1);
    sentinelLooked("bad", false, 10);
    await world.advance(10);
    sentinelLooked("bad", false, 10, 20);
    await world.play(run);
    expect(probed().slice(0, 2)).toEqual([20, 30]);
    expect(second({ command: "Put", on: "control" })).toBe(33.05);
  });

  it("that is calm, a tick continues a takeover in progress", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    sentinelLooked("good", true, 0);
    await play(tick);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY });
  });
});

describe("a failed action", () => {
  const noticeFails = () => {
    world.setControl({ notifiedEpoch: 0 });
    world.mishap({ service: "sns" }, throttled());
  };

  it("is retried only after a pause", async () => {
    atStandby(world);
    noticeFails();
    await play(tick);
    const attempts = world.callsOf({ service: "sns", region: STANDBY }).length;
    expect(attempts).toBeGreaterThan(50);
    expect(attempts).toBeLessThan(70);
    expect(world.told("http")).toEqual([]);
  });

  it("of publishing home's activation does not hide the loss of home", async () => {
    noticeFails();
    loseHome(world);
    await play(tick);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY, reason: "home lost" });
  });
});
