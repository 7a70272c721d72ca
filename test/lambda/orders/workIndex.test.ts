import { waitingSince, queryWork } from "../../../lambda/orders/workIndex";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import { openItem, orderId } from "../../helpers/events";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";

const EPOCH = 3;
let world: FakeWorld;
let nowMs: number;

beforeEach(async () => {
  world = new FakeWorld();
  await world.advance(1);
  nowMs = world.nowMs;
});

const open = (n: number, ageMs: number, change: Partial<OrderItem> = {}) =>
  world.put(openItem(n, nowMs - ageMs, { shard: "open#3", ...change }));
/** How long the oldest order waits that has waited for more than 80 s. */
async function waits(): Promise<number | null> {
  await world.advance(1);
  const control = world.setControl({ epoch: EPOCH });
  const since = await world.play(
    waitingSince(world.runtime(STANDBY), "ledger", control, nowMs - 80_000),
  );
  return since === null ? null : nowMs - since;
}

describe("an order that waits", () => {
  it("is one that was accepted before and is not settled in the current epoch", async () => {
    open(1, 80_001);
    expect(await waits()).toBe(80_001);
    expect(world.callsOf({ command: "Query" })).toHaveLength(16);
    expect(world.only({ command: "BatchGet" }).input).toEqual({
      RequestItems: { ledger: { Keys: [{ pk: `order#${orderId(1)}` }], ConsistentRead: true } },
    });
  });

  it.each([
    ["younger", { ageMs: 80_000 }, null],
    ["settled in the present epoch", { settledEpoch: EPOCH }, null],
    ["settled in an older epoch", { settledEpoch: EPOCH - 1 }, 90_000],
    ["closed", { shard: "closed#3" }, null],
  ])(
    "and %s: %p",
    async (_, { ageMs = 90_000, ...change }: Partial<OrderItem> & { ageMs?: number }, age) => {
      open(1, ageMs, change);
      expect(await waits()).toBe(age);
    },
  );

  it("is found from each shard's newest end, so that older settled ones do not hide it", async () => {
    open(1, 200_000, { settledEpoch: EPOCH });
    open(2, 85_000);
    open(3, 300_000, { shard: "open#9", settledEpoch: EPOCH });
    open(4, 95_000, { shard: "open#9" });
    open(5, 10_000);
    open(6, 250_000, { shard: "open#5", settledEpoch: EPOCH });
    expect(await waits()).toBe(95_000);
  });

  it.each([
    ["settled", { settledEpoch: EPOCH }],
    ["closed", { shard: "closed#3" }],
  ])("does not, where a strong read finds it %s by now", async (_, change) => {
    open(1, 90_000);
    await world.advance(1);
    const control = world.setControl({ epoch: EPOCH });
    const asked = waitingSince(world.runtime(STANDBY), "ledger", control, nowMs - 80_000);
    open(1, 90_000, change);
    expect(await world.play(asked)).toBeNull();
    expect(world.callsOf({ command: "BatchGet" })).toHaveLength(1);
  });

  it.each<[string, Partial<OrderItem>]>([
    ["is no order", { pk: "order#one" }],
    ["has a time that is none", { at: "0" }],
  ])("is found behind an older entry that %s", async (_, change) => {
    open(1, 90_000);
    open(2, 95_000, change);
    expect(await waits()).toBe(90_000);
  });

  it("is found behind an older entry whose order was deleted meanwhile", async () => {
    open(1, 90_000);
    open(2, 95_000);
    await world.advance(1);
    world.deleteItem(`order#${orderId(2)}`);
    const control = world.setControl({ epoch: EPOCH });
    const asked = waitingSince(world.runtime(STANDBY), "ledger", control, nowMs - 80_000);
    expect(await world.play(asked)).toBe(nowMs - 90_000);
  });

  it.each([
    ["in the year 2999", "2999-01-01T00:00:00.000Z"],
    ["infinity", "infinity"],
  ])("is found behind an order that says it was accepted %s", async (_, acceptedAt) => {
    open(1, 90_000);
    open(2, 95_000, { acceptedAt });
    expect(await waits()).toBe(90_000);
  });

  it("is unknown if one shard does not answer", async () => {
    open(1, 90_000);
    world.mishap({ command: "Query", on: "open#9" }, throttled());
    await expect(waits()).rejects.toThrow("Rate exceeded");
  });
});

describe("a page of the index", () => {
  it("has the projected attributes, oldest first, and where the next page begins", async () => {
    for (let n = 1; n <= 3; n++) open(n, 1_000 * n, n === 2 ? { settledEpoch: EPOCH } : {});
    await world.advance(1);
    const page = (from?: Record<string, unknown>) =>
      world.play(
        queryWork(world.runtime(HOME), "ledger", {
          shard: "open#3",
          before: new Date(nowMs).toISOString(),
          from,
          limit: 2,
        }),
      );
    const entry = (n: number) => ({
      pk: `order#${orderId(n)}`,
      shard: "open#3",
      at: new Date(nowMs - 1_000 * n).toISOString(),
    });
    const first = await page();
    expect(first.entries).toEqual([entry(3), { ...entry(2), settledEpoch: EPOCH }]);
    const second = await page(first.next);
    expect(second).toEqual({ entries: [entry(1)], strange: [], next: undefined });
  });
});
