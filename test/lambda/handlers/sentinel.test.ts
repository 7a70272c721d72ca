import { createSentinel } from "../../../lambda/handlers/sentinel";
import type { SentinelProbes } from "../../../lambda/detection/sentinelProbes";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";

let world: FakeWorld;
let startedMs: number;

beforeEach(() => {
  world = new FakeWorld();
  startedMs = world.nowMs;
  world.setControl({ epoch: 3, notifiedEpoch: 3 });
});

const start = () => createSentinel(world.runtime(STANDBY))({ trigger: "schedule" });
const loop = () => world.timed(start());
/** Seconds since the start, cut to tenths: when something was called. */
const times = (pattern: Parameters<FakeWorld["callsOf"]>[0]) =>
  world.callsOf(pattern).map((call) => Math.floor((call.atMs - startedMs) / 100) / 10);
const probes = { command: "GET", on: "https://home.test/live/health" };
const wakeUps = { service: "lambda", on: "standby-orchestrator" };
const slots = (from: number, to: number, late = 0) =>
  Array.from({ length: (to - from) / 10 + 1 }, (_, i) => from + 10 * i + late);
/** Home does not answer in these slots; the standby answers, or not. */
const badAt = (isBad: (second: number) => boolean, standby: number | null = 200) => {
  world.website = ({ url }) => {
    const status = url.startsWith("https://home") ? 200 : standby;
    const second = (world.nowMs - startedMs) / 1000;
    if (status === null || (url.startsWith("https://home") && isBad(second))) return undefined;
    return { status, body: "" };
  };
};
/** Home answers again from a second on. */
const goodFrom = (second: number) => {
  const before = world.website;
  world.website = (request) =>
    world.nowMs - startedMs >= second * 1000 ? { status: 200, body: "" } : before(request);
};
/** Home last settled orders this long before the start. */
const settled = (epoch: number, agoMs: number) => {
  const lastAtMs = startedMs - agoMs;
  world.put({ pk: `progress#${HOME}`, epoch, firstAtMs: 1, lastAtMs, newestOrderAtMs: lastAtMs });
};
const looksItem = () => world.item<SentinelProbes>("looks#sentinel");

it("a loop continues with what its execution environment knew, if both that and home's items are spoilt", async () => {
  const run = createSentinel(world.runtime(STANDBY));
  settled(3, 0);
  world.put({ pk: `alive#${HOME}`, atMs: startedMs });
  await world.play(run({ trigger: "schedule" }));
  badAt(() => true);
  for (const pk of [`alive#${HOME}`, `progress#${HOME}`, "looks#sentinel"]) {
    world.put({ pk, looks: "nonsense" });
  }
  await world.play(run({ trigger: "schedule" }));
  const { looks, progress } = looksItem()!;
  expect(looks.at(-1)!.aliveAgeMs).toBe(looks.at(-1)!.atMs - startedMs);
  expect(progress).toMatchObject({ epoch: 3, lastAtMs: startedMs });
  // Probes of the earlier loop count no longer.
  expect(looks.every(({ home }) => home === "bad")).toBe(true);
});

describe("a loop", () => {
  it("probes on every slot for 130 s and ends", async () => {
    const { seconds } = await loop();
    expect(times(probes)).toEqual(slots(10, 120));
    expect(times({ service: "cloudwatch" })).toEqual(slots(10, 120));
    expect(seconds).toBe(120.03);
    expect(world.callsOf(wakeUps)).toEqual([]);
  });

  it("uses wall-clock slots whenever it starts", async () => {
    await world.advance(3.2);
    await loop();
    expect(times(probes)).toEqual(slots(10, 130));
  });

  it("keeps its slots and ends in time even if every call hangs", async () => {
    badAt(() => true, null);
    world.mishap({}, "hangs");
    const { seconds } = await loop();
    expect(times(probes)).toEqual(slots(10, 120));
    expect(seconds).toBeLessThan(130);
  });

  it("keeps its slots even if progress is stale, home is lost and every write hangs", async () => {
    settled(3, 100_000);
    badAt(() => true);
    for (const command of ["Put", "Query", "PutMetricData", "Invoke"]) {
      world.mishap({ command }, "hangs");
    }
    const { seconds } = await loop();
    expect(times(probes)).toEqual(slots(10, 120));
    expect(times(wakeUps)).toHaveLength(12);
    expect(seconds).toBeLessThan(130);
  });

  it.each(["dynamodb", "cloudwatch", "lambda"])("continues if %s fails", async (service) => {
    badAt(() => true);
    world.mishap({ service }, throttled());
    await loop();
    expect(times(probes)).toEqual(slots(10, 120));
    expect(times(wakeUps)).toHaveLength(10);
  });

  it("publishes the results of each slot and of the orders before it", async () => {
    badAt((second) => second >= 110);
    await loop();
    const values = world
      .callsOf({ service: "cloudwatch" })
      .map(({ input }) => (input["MetricData"] as { Value: number }[]).map((one) => one.Value));
    expect(values).toEqual([...Array<number[]>(10).fill([0, 0, 0]), [1, 0, 1], [1, 0, 3]]);
  });
});

describe("the orchestrator is invoked", () => {
  it("on the third consecutive bad slot and every one after it", async () => {
    badAt((second) => second >= 30);
    await loop();
    expect(times(wakeUps)).toEqual(slots(50, 120, 3));
    const { input, region } = world.callsOf(wakeUps)[0]!;
    expect(region).toBe(STANDBY);
    expect(input).toEqual({
      FunctionName: "standby-orchestrator",
      InvocationType: "Event",
      Payload: Buffer.from('{"trigger":"sentinel"}'),
    });
  });

  it("not on two bad slots", async () => {
    badAt((second) => [10, 20, 40].includes(second));
    await loop();
    expect(times(wakeUps)).toEqual([]);
  });

  it("on the fourth bad slot of twelve, and no more once home stays good", async () => {
    badAt((second) => [10, 30, 50, 70].includes(second));
    await world.advance(0.1);
    await loop();
    expect(times(wakeUps)).toEqual([73, ...slots(80, 120)]);
  });

  it("not if neither region answers", async () => {
    badAt(() => true, null);
    await loop();
    expect(times(wakeUps)).toEqual([]);
    expect(looksItem()!.looks.map((look) => look.home)).toEqual(Array(12).fill("blind"));
  });

  it("not if a blind slot interrupts the bad ones", async () => {
    world.website = ({ url }) => {
      const second = (world.nowMs - startedMs) / 1000;
      const isBlind = second === 30;
      if (url.startsWith("https://home") || isBlind) return undefined;
      return { status: 200, body: "" };
    };
    goodFrom(50);
    await loop();
    expect(times(wakeUps)).toEqual([]);
  });

  it("not while the standby is active, whatever the probes of home find", async () => {
    world.setControl({ active: STANDBY, epoch: 3 });
    settled(3, 100_000);
    badAt(() => true);
    await loop();
    expect(times(wakeUps)).toEqual([]);
    expect(looksItem()!.looks.map((look) => look.home)).toEqual(Array(12).fill("bad"));
  });

  it("on every slot during a takeover, even if home answers", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 4, how: "failover" });
    await loop();
    expect(times(wakeUps)).toEqual(slots(10, 120));
  });

  it("on every slot during a takeover, even if no region answers", async () => {
    world.setControl({ active: null, target: HOME, epoch: 4, how: "failover" });
    badAt(() => true, null);
    await loop();
    expect(times(wakeUps)).toEqual(slots(10, 120, 3));
  });

  it("if progress in this epoch is older than 80 s", async () => {
    settled(3, 19_000);
    await loop();
    expect(times(wakeUps)).toEqual(slots(70, 120));
  });

  it("if canary orders fail and only old orders are settled", async () => {
    const old = { newestOrderAtMs: startedMs - 19_000, lastAtMs: startedMs + 10_000 };
    world.put({ pk: `progress#${HOME}`, epoch: 3, firstAtMs: 1, ...old });
    world.website = ({ method }) => ({ status: method === "POST" ? 503 : 200, body: "" });
    await loop();
    expect(times(wakeUps)).toEqual(slots(70, 120));
  });

  it("not if the progress is of another epoch or absent", async () => {
    settled(2, 100_000);
    await loop();
    world.setControl({ epoch: 4 });
    await loop();
    expect(times(wakeUps)).toEqual([]);
  });

  it("not if the control item is absent or cannot be read", async () => {
    world.mishap({ on: "control" }, throttled());
    await loop();
    world = new FakeWorld();
    await loop();
    expect(times(wakeUps)).toEqual([]);
  });
});

describe("its probe results", () => {
  it("are stored after every slot, the last twelve of them", async () => {
    await world.advance(0.1);
    const work = start();
    await world.advance(10);
    expect(looksItem()).toMatchObject({
      looks: { length: 1 },
      newestAtMs: startedMs + 10_000,
      loopStartedAtMs: startedMs + 100,
    });
    await world.advance(20);
    expect(looksItem()!.looks.map((look) => (look.atMs - startedMs) / 1000)).toEqual([10, 20, 30]);
    await world.play(work);
    const item = looksItem()!;
    expect(item.looks.map((look) => (look.atMs - startedMs) / 1000)).toEqual(
      slots(20, 130).slice(-12),
    );
    expect(item.newestAtMs).toBe(startedMs + 130_000);
  });

  it("are continued by the next loop, which is then the only one", async () => {
    badAt((second) => second >= 70 && second <= 90);
    const first = start();
    await world.advance(75);
    const second = start();
    await world.advance(10);
    expect(looksItem()).toMatchObject({ loopStartedAtMs: startedMs + 75_000 });
    expect(looksItem()!.looks.map((look) => (look.atMs - startedMs) / 1000)).toEqual(slots(10, 80));
    await world.play(first);
    expect(times(probes).slice(-4)).toEqual([80, 80, 90, 90]);
    await world.play(second);
    expect(times(probes).slice(-11)).toEqual(slots(100, 200));
    // The third bad slot in a row is the second of the new loop.
    expect(times(wakeUps)).toEqual([93, 93]);
  });

  it("start empty if the stored ones are old", async () => {
    badAt((second) => second >= 110 && second <= 160);
    await loop();
    await world.advance(21);
    const begunMs = world.nowMs;
    await loop();
    expect(looksItem()!.looks.every((look) => look.atMs > begunMs)).toBe(true);
  });

  const calm: [string, () => void, boolean][] = [
    ["while home looks good", () => {}, true],
    ["not from the first bad look on", () => badAt(() => true), false],
    ["not while nobody answers", () => badAt(() => true, null), false],
    ["not while settling is silent", () => silent(), false],
    ["not under a target", () => world.setControl({ active: null, target: STANDBY }), false],
    [
      "not before all were told of an activation",
      () => world.setControl({ active: STANDBY, epoch: 3, notifiedEpoch: 2 }),
      false,
    ],
    ["not without a control item", () => (world = new FakeWorld()), false],
    ["not where it cannot be read", () => world.mishap({ on: "control" }, throttled()), false],
    ["however home looks, once the standby is active", () => elsewhere(), true],
  ];
  const silent = () => settled(3, 100_000);
  const elsewhere = () => {
    world.setControl({ active: STANDBY, epoch: 3, notifiedEpoch: 3 });
    badAt(() => true);
  };
  it.each(calm)("are calm %s", async (_, prepare, isCalm) => {
    prepare();
    const work = start();
    await world.advance(15);
    expect(looksItem()).toMatchObject({ looks: { length: 1 }, isCalm });
    await world.play(work);
  });
});
