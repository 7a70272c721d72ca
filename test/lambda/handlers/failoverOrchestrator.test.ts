import {
  atStandby,
  beAlive,
  changesOf,
  loseHome,
  orchestrate,
  steadyWorld,
  takeover,
  writeBadLooks,
} from "../../helpers/failover";
import { serviceError, STANDBY, HOME, throttled, type FakeWorld } from "../../helpers/fakeRuntime";
import { clusterArn } from "../../helpers/fakeEnvironment";

const tick = { trigger: "tick" };
const sentinel = { trigger: "sentinel" };
let world: FakeWorld;
let startedMs: number;

beforeEach(() => {
  world = steadyWorld();
  startedMs = world.nowMs;
});

const play = (event: unknown, region = STANDBY) => world.timed(orchestrate(world, event, region));
/** Seconds since the start of the first call of a kind. */
const second = (pattern: Parameters<FakeWorld["callsOf"]>[0], nth = 0) =>
  (world.callsOf(pattern)[nth]!.atMs - startedMs) / 1000;
const published = () =>
  world
    .callsOf({ service: "sns", region: STANDBY })
    .map(({ input }) => [input["Subject"], JSON.parse(input["Message"] as string) as object]);

describe("home is lost", () => {
  it("and the tick takes over: fence, promote, activate, sweep, notify, re-point", async () => {
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

  it("in its time: three slots, one probe's patience, a promotion, a moment", async () => {
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

  it("the last read before the fence is the tick's rule, before the RDS call the control item", async () => {
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

  it("nothing but probes, one topic and the re-pointing is asked of home's region", async () => {
    loseHome(world);
    await play(tick);
    const asked = world.calls.filter((call) => call.region === HOME || call.on.includes("home"));
    expect(new Set(asked.map(({ service, command }) => `${service} ${command}`))).toEqual(
      new Set(["http GET", "http POST", "sns Publish", "route53 UpdateHealthCheck"]),
    );
  });

  it("and hangs wherever it is asked: sweep and notice wait for none of it", async () => {
    loseHome(world);
    world.mishap({ region: HOME }, "hangs");
    await play(tick);
    expect(changesOf(world).slice(0, 8)).toEqual(takeover.slice(0, 8));
    const activated = second({ command: "Put", on: "control" }, 1);
    expect(second({ on: "standby-sweep" }) - activated).toBeCloseTo(0.28);
    expect(second({ command: "Put", on: "control" }, 2) - activated).toBeCloseTo(0.33);
    expect(world.callsOf({ service: "route53" })).toHaveLength(1);
    expect(world.control).toMatchObject({ notifiedEpoch: 2, repointedEpoch: 0 });
  });

  it("a re-pointing that failed is the next run's", async () => {
    loseHome(world);
    const mend = world.mishap({ service: "route53" }, throttled());
    await play(tick);
    expect(world.control).toMatchObject({ notifiedEpoch: 2, repointedEpoch: 0 });
    mend();
    await play(tick);
    expect(world.control).toMatchObject({ repointedEpoch: 2 });
    expect(world.callsOf({ service: "route53" })).toHaveLength(2);
  });

  it("three runs at once still make one takeover", async () => {
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

  it("does not come while home's sign of life is fresh", async () => {
    loseHome(world);
    world.beforeCall = ({ on }) => {
      if (on === `alive#${HOME}`) beAlive(world, world.nowMs - 5_000);
    };
    await play(tick);
    expectNoFence();
  });

  it("does not come while we are blind", async () => {
    world.website = () => undefined;
    await play(tick);
    expectNoFence();
  });

  it("does not come where the tick's schedule is known to be gone", async () => {
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
  ])("comes where the question for the schedule is %s", async (_, mishap) => {
    loseHome(world);
    world.mishap({ service: "eventbridge" }, mishap);
    await play(tick);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY });
  });

  it("does not come while a deployment disarms, and comes when it is over", async () => {
    loseHome(world);
    world.setControl({ disarmedUntilMs: startedMs + 60_000 });
    await play(tick);
    expect(second({ command: "Put", on: "control" })).toBe(63.05);
  });

  it("does not come from home's own orchestrator", async () => {
    loseHome(world);
    writeBadLooks(world);
    await play(sentinel, HOME);
    expectNoFence();
  });

  it("pages once a tick where the standby is known not to be ready", async () => {
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

  it("comes where the standby's RDS does not answer: unknown passes", async () => {
    loseHome(world);
    const mend = world.mishap({ service: "rds" }, "hangs");
    const run = orchestrate(world, tick);
    await world.advance(40);
    expect(world.control).toMatchObject({ epoch: 2, active: null, target: STANDBY });
    mend();
    await world.play(run);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY });
  });

  it("comes when settling stops though home answers, and an order waits", async () => {
    world.website = () => ({ status: 202, body: "" });
    const stopped = { pk: `progress#${HOME}`, epoch: 1, firstAtMs: startedMs - 600_000 };
    world.put({ ...stopped, lastAtMs: startedMs - 71_000 });
    const at = new Date(startedMs - 75_000).toISOString();
    world.put({ pk: "order#1", shard: "open#1", at, acceptedAt: at });
    await play(tick);
    expect(second({ command: "Put", on: "control" })).toBe(10.08);
    expect(world.control).toMatchObject({ epoch: 2, reason: "settling stopped" });
  });
});

describe("beside a sentinel", () => {
  /** In slots of these seconds. */
  const sentinelLooked = (home: "good" | "bad", isCalm: boolean, ...slots: number[]) => {
    const looks = slots.map((slot) => ({
      atMs: startedMs + slot * 1000,
      home,
      canary: "unanswered",
      aliveAgeMs: 25_000,
    }));
    const newestAtMs = looks[looks.length - 1]!.atMs;
    world.put({ pk: "looks#sentinel", looks, newestAtMs, loopStartedAtMs: startedMs, isCalm });
  };
  const probed = () =>
    world
      .callsOf({ on: "https://home.test/live/health" })
      .map(({ atMs }) => Math.floor((atMs - startedMs) / 1000));

  it("that is calm a tick does not look, until the sentinel misses a slot", async () => {
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

  it("that is not calm a tick looks as well", async () => {
    sentinelLooked("good", false, 0);
    await play(tick);
    expect(probed()[0]).toBe(10);
  });

  it("that has seen the first bad look a tick's own make up the row, no later than alone", async () => {
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

  it("that is calm a tick takes up what is under way", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2, how: "failover" });
    sentinelLooked("good", true, 0);
    await play(tick);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY });
  });
});

describe("what fails", () => {
  const noticeFails = () => {
    world.setControl({ notifiedEpoch: 0 });
    world.mishap({ service: "sns" }, throttled());
  };

  it("at once is not hammered", async () => {
    atStandby(world);
    noticeFails();
    await play(tick);
    const attempts = world.callsOf({ service: "sns", region: STANDBY }).length;
    expect(attempts).toBeGreaterThan(50);
    expect(attempts).toBeLessThan(70);
    expect(world.told("http")).toEqual([]);
  });

  it("as a notice of home's activation does not blind us to the loss of home", async () => {
    noticeFails();
    loseHome(world);
    await play(tick);
    expect(world.control).toMatchObject({ epoch: 2, active: STANDBY, reason: "home lost" });
  });
});
