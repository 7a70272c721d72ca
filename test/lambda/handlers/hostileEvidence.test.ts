import { flood, secondsToFence, watch } from "../../helpers/detection";
import type { SentinelProbes } from "../../../lambda/detection/sentinelProbes";
import { beAlive, forgetStart, loseHome, steadyWorld } from "../../helpers/failover";
import { HOME, type FakeWorld } from "../../helpers/fakeRuntime";

/** From the fault to the fence. The rest of a failover takes up to 200 s, and the RTO is 300 s. */
const ACCEPTING_FENCE_SECONDS = 105;
const HOME_LOST_FENCE_SECONDS = 45;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let world: FakeWorld;

beforeEach(() => {
  world = steadyWorld();
});

describe("a flood at home", () => {
  /** The ledger cannot be reached at home: order-api answers 503, health as the test says. */
  const breakOrders = (health: number): void => {
    world.website = ({ method, url }) => {
      const isHome = url.startsWith("https://home");
      return { status: !isHome ? 200 : method === "POST" ? 503 : health, body: "" };
    };
  };

  it.each([0, 0.3, 0.5, 0.9])(
    "that gets %p of the orders refused does not hide that order-api fails",
    async (share) => {
      breakOrders(200);
      flood(world, share, ({ method }) => method === "POST");
      beAlive(world, world.nowMs);
      watch(world);
      expect(await secondsToFence(world)).toBeLessThanOrEqual(ACCEPTING_FENCE_SECONDS);
    },
  );

  it.each([0, 0.3, 0.5, 0.9])(
    "that gets %p of all requests refused does not hide that home is lost",
    async (share) => {
      breakOrders(503);
      flood(world, share, () => true);
      beAlive(world, world.nowMs);
      watch(world);
      expect(await secondsToFence(world)).toBeLessThanOrEqual(HOME_LOST_FENCE_SECONDS);
    },
  );

  it("that gets everything refused is no outage", async () => {
    flood(world, 1, () => true);
    watch(world);
    expect(await secondsToFence(world)).toBeNull();
  });
});

describe("an item that makes no sense", () => {
  const wrongTypes = [null, "x", {}, [null], -1];
  const ahead = [10 * MINUTE_MS, DAY_MS];

  /** Changes one attribute of an item in every way, and deletes the item. */
  const poisons = (pk: string, ...names: string[]): [string, () => void][] => {
    const poison = (name: string, value: unknown): [string, () => void] => [
      `${pk} with ${name} ${JSON.stringify(value)}`,
      () => world.put({ ...world.item(pk), pk, [name]: value }),
    ];
    const late = (name: string, ms: number): [string, () => void] => [
      `${pk} with ${name} ${ms / 1000} s ahead`,
      () => world.put({ ...world.item(pk), pk, [name]: world.nowMs + ms }),
    ];
    const lost: [string, () => void] = [`${pk} without anything`, () => world.put({ pk })];
    return [
      lost,
      ...names.flatMap((name) => wrongTypes.map((value) => poison(name, value))),
      ...names
        .filter((name) => /AtMs|atMs/.test(name))
        .flatMap((name) => ahead.map((ms) => late(name, ms))),
    ];
  };

  const all = [
    ...poisons(`alive#${HOME}`, "atMs"),
    ...poisons(`progress#${HOME}`, "epoch", "firstAtMs", "lastAtMs", "newestOrderAtMs"),
    ...poisons("looks#sentinel", "looks", "newestAtMs", "loopStartedAtMs", "isCalm"),
    [
      `progress#${HOME} with epoch 999`,
      () => world.put({ ...world.item(`progress#${HOME}`), pk: `progress#${HOME}`, epoch: 999 }),
    ],
  ] as [string, () => void][];

  it.each(all)("does not delay a failover, and is reported: %s", async (_, poison) => {
    watch(world);
    await world.advance(35);
    beAlive(world, world.nowMs);
    await world.advance(20);
    poison();
    loseHome(world);
    const seconds = await secondsToFence(world, 60);
    expect(seconds).not.toBeNull();
    expect(seconds).toBeLessThanOrEqual(HOME_LOST_FENCE_SECONDS);
    expect(world.metric("EvidenceIgnored").length).toBeGreaterThan(0);
  });
});

it.each([
  ["is deleted", () => forgetStart(world)],
  ["has another type", () => world.put({ ...world.item("control"), pk: "control", epoch: "x" })],
])("the sentinel goes on if the control item %s", async (_, spoil) => {
  spoil();
  loseHome(world);
  watch(world);
  await world.advance(65);
  const stored = world.item<SentinelProbes>("looks#sentinel")!;
  expect(stored.looks.map(({ home }) => home)).toEqual(Array(6).fill("bad"));
  expect(world.callsOf({ service: "lambda", on: "standby-orchestrator" })).not.toEqual([]);
});
