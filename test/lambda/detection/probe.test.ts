import {
  placeOrdersUntilNextSlot,
  probe,
  untilNextSlot,
  untilNextSlotMs,
  type Known,
} from "../../../lambda/detection/probe";
import { validateOrder } from "../../../lambda/orders/order";
import type { HttpAnswer, HttpRequest } from "../../../lambda/runtime/runtime";
import { openItem } from "../../helpers/events";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { noLog } from "../../helpers/logs";

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
  world.setControl({ epoch: 3 });
});

const nothingKnown = { looks: [], progress: null };
const seen = (earlier: Known = nothingKnown) =>
  world.timed(probe(world.runtime(STANDBY), noLog, earlier));
const answers = (home: number | null, standby: number | null, canary: number | null = 202) => {
  world.website = ({ method, url }: HttpRequest): HttpAnswer | undefined => {
    const isHome = url.startsWith("https://home.test/live/");
    const status = method === "POST" ? canary : isHome ? home : standby;
    return status === null ? undefined : { status, body: "" };
  };
};
/** Values of the look's metrics, in the order home probe, standby probe, canary. */
const published = () =>
  world.callsOf({ service: "cloudwatch" }).map(({ input }) => {
    const data = input["MetricData"] as { MetricName: string; Value: number }[];
    expect(data.map((one) => one.MetricName)).toEqual([
      "HomeProbeFailed",
      "StandbyProbeFailed",
      "HomeCanaryFailed",
    ]);
    return data.map((one) => one.Value);
  });

describe("a probe of home", () => {
  it.each([
    [200, 200, "good", [0, 0, 0], 0.02],
    [404, 200, "good", [0, 0, 0], 0.02],
    [429, 200, "refused", [0, 0, 0], 3.09],
    [500, 200, "bad", [1, 0, 0], 0.02],
    [503, 503, "bad", [1, 0, 0], 0.02],
    [503, null, "blind", [1, 1, 0], 3.01],
    [null, 200, "bad", [1, 0, 0], 3.01],
    [null, 500, "bad", [1, 0, 0], 3.01],
    [null, null, "blind", [1, 1, 0], 3.01],
    [200, null, "good", [0, 1, 0], 3.01],
  ])("home answers %p, the standby %p: %s", async (probe, standby, home, metrics, seconds) => {
    answers(probe, standby);
    const outcome = await seen();
    expect(outcome.result.probe.home).toBe(home);
    expect(outcome.seconds).toBe(seconds);
    expect(published()).toEqual([metrics]);
  });

  it.each([
    [202, "accepted", 0],
    [200, "refused", 0],
    [400, "refused", 0],
    [401, "refused", 0],
    [429, "refused", 0],
    [403, "refused", 0],
    [500, "failed", 1],
    [503, "failed", 1],
    [null, "unanswered", 1],
  ])("with the canary order answered %p: %s", async (status, canary, metric) => {
    answers(200, 200, status);
    expect((await seen()).result.probe.canary).toBe(canary);
    expect(published()).toEqual([[0, 0, metric]]);
  });

  it("is repeated while a throttle refuses it, and so is a canary order", async () => {
    const startedMs = world.nowMs;
    world.website = () => ({ status: world.nowMs - startedMs < 2_000 ? 429 : 500, body: "" });
    const { result, seconds } = await seen();
    expect(result.probe).toMatchObject({ home: "bad", canary: "failed" });
    expect(seconds).toBe(2.11);
  });

  it("that is refused before it hangs says nothing", async () => {
    const startedMs = world.nowMs;
    world.website = () => (world.nowMs - startedMs < 1_000 ? { status: 429, body: "" } : undefined);
    const { result, seconds } = await seen();
    expect(result.probe).toMatchObject({ home: "refused", canary: "refused" });
    expect(seconds).toBe(3.01);
  });

  it("sends three requests at once, each with a timeout of 3 s", async () => {
    answers(null, null, null);
    expect((await seen()).seconds).toBe(3.01);
    expect(world.told("http")).toEqual([
      "http  GET https://home.test/live/health",
      "http  GET https://standby.test/live/health",
      "http  POST https://home.test/live/canary-orders",
    ]);
    const requests = world.callsOf({ service: "http" });
    expect(requests.map((call) => call.signal!.aborted)).toEqual(Array(3).fill(true));
    expect(requests.map((call) => call.atMs)).toEqual(Array(3).fill(world.nowMs - 3_010));
  });

  it("places one canary order per slot for the canary account, with the same id in every loop", async () => {
    await seen();
    await world.advance(9.97);
    await seen();
    await seen();
    const orders = world
      .callsOf({ command: "POST" })
      .map(({ input }) => JSON.parse(input["body"] as string) as { orderId: string });
    expect(validateOrder(orders[0])).toEqual({
      order: {
        orderId: orders[0]!.orderId,
        accountId: "canary",
        sessionId: "canary",
        symbol: "CANARY",
        side: "BUY",
        quantity: "1",
      },
    });
    const [first, second, third] = orders;
    expect(orders).toHaveLength(3);
    expect(second).toEqual(first);
    expect(third).toEqual({ ...first, orderId: third!.orderId });
    expect(third!.orderId).not.toBe(first!.orderId);
    expect(world.callsOf({ command: "POST" })[0]!.input["headers"]).toEqual({
      "Content-Type": "application/json",
      Authorization: "Bearer a.canary's.token",
    });
  });

  it.each([
    ["is refused", () => Promise.reject(new Error("no secret")), 0.02],
    ["hangs", () => new Promise<string>(() => undefined), 3.01],
  ])("is not affected by a token that %s", async (_, canaryToken, seconds) => {
    answers(200, 200);
    world.canaryToken = canaryToken;
    const outcome = await seen();
    expect(outcome).toMatchObject({
      seconds,
      result: { probe: { home: "good", canary: "unanswered" } },
    });
  });
});

describe("between two slots", () => {
  const between = () => world.timed(placeOrdersUntilNextSlot(world.runtime(STANDBY), noLog));
  const placed = (sinceMs: number) =>
    world.callsOf({ command: "POST" }).map(({ atMs }) => atMs - sinceMs);

  it("two more orders are placed, and the next slot is not late if they hang", async () => {
    const slotMs = world.nowMs;
    answers(200, 200, null);
    await seen();
    const { result, seconds } = await between();
    expect(result).toBe(2);
    expect(seconds).toBeCloseTo(10 - 3.01, 6);
    expect(placed(slotMs).map((ms) => Math.round(ms / 100))).toEqual([0, 33, 66]);
    const ids = world
      .callsOf({ command: "POST" })
      .map(({ input }) => (JSON.parse(input["body"] as string) as { orderId: string }).orderId);
    expect(new Set(ids).size).toBe(1);
  });

  it("an order is not placed if its time has passed", async () => {
    await world.advance(5);
    const slotMs = world.nowMs - 5_000;
    const { result, seconds } = await between();
    expect([result, seconds]).toEqual([0, 5]);
    expect(placed(slotMs)).toEqual([6_600]);
  });

  it("failed orders count in the metric of the next slot", async () => {
    answers(200, 200, 500);
    const { result } = await between();
    answers(200, 200, 202);
    await world.timed(probe(world.runtime(STANDBY), noLog, nothingKnown, result));
    answers(200, 200, 500);
    await world.timed(probe(world.runtime(STANDBY), noLog, nothingKnown, result));
    expect(published()).toEqual([
      [0, 0, 2],
      [0, 0, 3],
    ]);
  });
});

describe("the state of the ledger", () => {
  it("is read from its own region with strongly consistent reads", async () => {
    answers(200, 200);
    world.put({ pk: `alive#${HOME}`, atMs: world.nowMs - 4_000 });
    const progress = { epoch: 3, firstAtMs: 1, lastAtMs: world.nowMs - 5_000, newestOrderAtMs: 2 };
    world.put({ pk: `progress#${HOME}`, ...progress });
    const atMs = world.nowMs;
    const { result } = await seen();
    expect(result).toMatchObject({
      probe: { atMs, home: "good", canary: "accepted", aliveAgeMs: 4_000 },
      control: { epoch: 3, active: HOME },
      ledger: { aliveAtMs: atMs - 4_000, progress, waitingSinceMs: null },
    });
    const reads = world.callsOf({ command: "Get" });
    expect(reads.map((call) => call.on).sort()).toEqual([
      `alive#${HOME}`,
      "control",
      `progress#${HOME}`,
    ]);
    expect(reads.every(({ input }) => input["ConsistentRead"] === true)).toBe(true);
    expect(world.callsOf({ command: "Query" })).toEqual([]);
  });

  it("is empty if the items are absent", async () => {
    world = new FakeWorld();
    const { result } = await seen();
    expect(result.control).toBe("absent");
    expect(result.probe.aliveAgeMs).toBeNull();
    expect(result.ledger).toEqual({ aliveAtMs: null, progress: null, waitingSinceMs: null });
  });

  it.each([
    ["refuses", throttled(), 0.02],
    ["hangs", "hangs" as const, 2.01],
  ])("is unknown if the ledger %s", async (_, mishap, seconds) => {
    world.mishap({ service: "dynamodb" }, mishap);
    const outcome = await seen();
    expect(outcome).toMatchObject({ seconds, result: { control: "unknown" } });
    expect(outcome.result.probe.aliveAgeMs).toBeNull();
    expect(outcome.result.ledger).toEqual({
      aliveAtMs: null,
      progress: null,
      waitingSinceMs: null,
    });
  });

  describe("includes waiting orders once progress is older than 80 s", () => {
    const silentFor = (ms: number, epoch = 3) => {
      const lastAtMs = world.nowMs - ms;
      const progress = { epoch, firstAtMs: 1, lastAtMs, newestOrderAtMs: 1 };
      world.put({ pk: `progress#${HOME}`, ...progress });
      world.put(openItem(1, world.nowMs - 90_000));
    };

    it.each([
      ["older", 80_001, 3, true],
      ["not older by the end of the probes", 79_980, 3, false],
      ["of another epoch", 100_000, 2, false],
    ])("%s", async (_, ms, epoch, isAsked) => {
      const acceptedMs = world.nowMs - 90_000;
      silentFor(ms - 1_000, epoch);
      world.put(openItem(1, acceptedMs));
      await world.advance(1);
      const { result } = await seen();
      expect(result.ledger.waitingSinceMs).toBe(isAsked ? acceptedMs : null);
      expect(world.callsOf({ command: "Query" })).toHaveLength(isAsked ? 16 : 0);
    });

    it("and is null if the index cannot be read", async () => {
      silentFor(100_000);
      world.mishap({ command: "Query" }, "hangs");
      const { result, seconds } = await seen();
      expect({ waits: result.ledger.waitingSinceMs, seconds }).toEqual({
        waits: null,
        seconds: 2.02,
      });
    });
  });
});

describe("the metrics of a probe", () => {
  it.each([
    ["refused", throttled(), 0.02],
    ["not answered", "hangs" as const, 2.01],
  ])("do not affect the result if they are %s", async (_, mishap, seconds) => {
    world.mishap({ service: "cloudwatch" }, mishap);
    expect(await seen()).toMatchObject({ seconds, result: { probe: { home: "good" } } });
  });

  it("have a resolution of 1 s and the environment as dimension", async () => {
    await seen();
    expect(world.only({ service: "cloudwatch" }).input).toEqual({
      Namespace: "TradingPlatform",
      MetricData: ["HomeProbeFailed", "StandbyProbeFailed", "HomeCanaryFailed"].map(
        (MetricName) => ({
          MetricName,
          Dimensions: [{ Name: "Environment", Value: "test" }],
          Timestamp: new Date(world.nowMs - 10),
          Value: 0,
          Unit: "Count",
          StorageResolution: 1,
        }),
      ),
    });
  });
});

it("slots start every 10 s of the wall clock, and the next slot is always in the future", async () => {
  const slots: [number, number][] = [
    [0, 10_000],
    [1, 9_999],
    [9_999, 1],
    [10_000, 10_000],
  ];
  for (const [nowMs, waitMs] of slots) expect(untilNextSlotMs(nowMs)).toBe(waitMs);
  await world.advance(3.2);
  expect(await world.timed(untilNextSlot(world.runtime(HOME)))).toMatchObject({ seconds: 6.8 });
});
