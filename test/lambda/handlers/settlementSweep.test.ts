import { createSettlementSweep, type SweepEvent } from "../../../lambda/handlers/settlementSweep";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import { parseHint } from "../../../lambda/orders/hint";
import { databaseError } from "../../../support/aws/errors";
import { openItem, orderId } from "../../helpers/events";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";

const EPOCH = 3;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
  world.setControl({ epoch: EPOCH });
  world.services.databases[STANDBY]!.at(EPOCH);
});

/** One run; the index has caught up with what was put before. */
async function sweep(region: string, event: SweepEvent = { trigger: "schedule" }, timeout = 50) {
  await world.advance(1);
  const run = createSettlementSweep(world.runtime(region))(event, world.invocation(timeout));
  return world.play(run);
}
const swept = (change = {}) => ({ open: 0, requeued: 0, closed: 0, pruned: 0, ...change });
const open = (n: number, ageMs: number, change: Partial<OrderItem> = {}) =>
  world.put(openItem(n, world.nowMs + 1_000 - ageMs, change));
const item = (n: number) => world.item<OrderItem>(`order#${orderId(n)}`)!;
/** Numbers of the orders whose hints are in a queue. */
const hinted = (queue = "orders-home") =>
  world.services
    .queue(queue)
    .flatMap((body) => (parseHint(body) ?? []).map((id) => Number(id.slice(-12))))
    .sort((a, b) => a - b);
/** Rows of these orders are in the standby's database. */
const replicated = (...numbers: number[]) => {
  for (const n of numbers) {
    world.services.databases[STANDBY]!.rows.set(orderId(n), { id: orderId(n) } as never);
  }
};

describe("in the active region", () => {
  it("orders that wait for more than a minute are re-queued", async () => {
    open(1, MINUTE_MS + 100);
    open(2, MINUTE_MS - 100);
    open(3, MINUTE_MS + 100, { settledEpoch: EPOCH });
    open(4, MINUTE_MS + 100, { settledEpoch: EPOCH - 1 });
    open(5, MINUTE_MS + 100, { shard: "closed#1" });
    expect(await sweep(HOME)).toEqual(swept({ open: 4, requeued: 2 }));
    expect(hinted()).toEqual([1, 4]);
    const body = world.services.queue("orders-home").find((one) => one.includes(orderId(1)))!;
    expect(parseHint(body)).toEqual([orderId(1)]);
    expect(item(1).shard).toMatch(/^open#/);
    expect(world.told("sql")).toEqual([]);
  });

  it("an order that waits for exactly a minute is re-queued", async () => {
    open(1, MINUTE_MS);
    open(2, MINUTE_MS - 11);
    expect(await sweep(HOME)).toMatchObject({ open: 2, requeued: 1 });
    expect(hinted()).toEqual([1]);
  });

  it("an order that is open for more than a day is re-queued even if it is settled", async () => {
    open(1, DAY_MS + 100, { settledEpoch: EPOCH });
    open(2, DAY_MS - 100, { settledEpoch: EPOCH });
    expect(await sweep(HOME)).toMatchObject({ open: 2, requeued: 1 });
    expect(hinted()).toEqual([1]);
  });

  it("an order is not re-queued if it was settled or closed after the index was updated", async () => {
    open(1, 2 * MINUTE_MS);
    open(2, 2 * MINUTE_MS);
    open(3, 2 * MINUTE_MS);
    await world.advance(1);
    const run = createSettlementSweep(world.runtime(HOME))({}, world.invocation(50));
    world.put({ ...item(1), settledEpoch: EPOCH });
    world.put({ ...item(2), shard: "closed#1" });
    expect(await world.play(run)).toMatchObject({ open: 3, requeued: 1 });
    expect(hinted()).toEqual([3]);
  });

  it.each([
    [500, 0, 1],
    [501, 0, 0],
    [400, 100, 1],
    [400, 101, 0],
  ])(
    "with %d messages in the queue and %d in flight it re-queues %d",
    async (depth, inFlight, n) => {
      world.services.queue("orders-home").push(...Array<string>(depth).fill("hint"));
      world.services.inFlight = inFlight;
      open(1, 2 * MINUTE_MS);
      expect(await sweep(HOME)).toMatchObject({ open: 1, requeued: n });
      expect(world.services.queue("orders-home")).toHaveLength(depth + n);
    },
  );

  it.each([
    ["everything at once upon the present epoch's activation", EPOCH, [1, 3]],
    ["only what has waited upon an older one's", EPOCH - 1, []],
  ])("%s, even with a deep queue", async (_, activated, numbers) => {
    const depth = activated === EPOCH ? 501 : 0;
    world.services.queue("orders-home").push(...Array<string>(depth).fill('{"order":{}}'));
    open(1, 100);
    open(2, 100, { settledEpoch: EPOCH });
    open(3, 100, { settledEpoch: EPOCH - 1 });
    expect(await sweep(HOME, { activated })).toMatchObject({ open: 3, requeued: numbers.length });
    world.services.queue("orders-home").splice(0, depth);
    expect(hinted()).toEqual(numbers);
  });

  it("all pages of a shard are read, and a call sends ten messages", async () => {
    for (let n = 1; n <= 205; n++) open(n, 2 * MINUTE_MS + n, { shard: "open#3" });
    expect(await sweep(HOME)).toMatchObject({ open: 205, requeued: 205 });
    expect(hinted()).toEqual(Array.from({ length: 205 }, (_, i) => i + 1));
    expect(world.callsOf({ command: "Query", on: "open#3" })).toHaveLength(3);
    expect(world.callsOf({ command: "Query" })).toHaveLength(16 + 2 + 1);
    expect(world.callsOf({ command: "SendMessageBatch" })).toHaveLength(10 + 10 + 1);
  });

  it("a call sends messages of several shards", async () => {
    for (let n = 1; n <= 32; n++) open(n, 2 * MINUTE_MS, { shard: `open#${n % 16}` });
    expect(await sweep(HOME)).toMatchObject({ requeued: 32 });
    expect(world.callsOf({ command: "SendMessageBatch" })).toHaveLength(4);
  });

  it("a shard that does not answer does not stop the others, and the sweep fails at the end", async () => {
    for (let n = 1; n <= 205; n++) open(n, 2 * MINUTE_MS + n, { shard: `open#${n % 2}` });
    open(206, 2 * MINUTE_MS, { shard: "open#3" });
    world.mishap({ command: "Query", on: "open#3" }, throttled());
    await expect(sweep(HOME)).rejects.toThrow("Rate exceeded");
    expect(hinted()).toEqual(Array.from({ length: 205 }, (_, i) => i + 1));
    expect(world.metric("OpenOrders")).toEqual([]);
  });

  it.each([
    ["cannot be read", throttled(), "Rate exceeded"],
    ["is not read in time", "hangs" as const, "no answer within 2000 ms"],
  ])(
    "an order that %s does not stop the others, and the sweep fails at the end",
    async (_, mishap, error) => {
      for (let n = 1; n <= 4; n++) open(n, 2 * MINUTE_MS);
      world.mishap({ command: "Get", on: `order#${orderId(3)}` }, mishap);
      await expect(sweep(HOME)).rejects.toThrow(error);
      expect(hinted()).toEqual([1, 2, 4]);
    },
  );

  it("a failed send does not stop the others, and the sweep fails at the end", async () => {
    for (let n = 1; n <= 205; n++) open(n, 2 * MINUTE_MS + n, { shard: "open#3" });
    world.mishap({ command: "SendMessageBatch" }, throttled(), 1);
    await expect(sweep(HOME)).rejects.toThrow("Rate exceeded");
    expect(hinted()).toHaveLength(195);
  });

  it("a sweep ends when time is short, and the next one continues", async () => {
    for (let n = 1; n <= 205; n++) open(n, 2 * MINUTE_MS + n, { shard: "open#3" });
    expect(await sweep(HOME, {}, 5)).toMatchObject({ open: 100, requeued: 100 });
    expect(await sweep(HOME)).toMatchObject({ open: 205, requeued: 205 });
  });

  it("the number of open orders and the age of the oldest are published", async () => {
    open(1, 90_000);
    open(2, 30_000, { settledEpoch: EPOCH });
    await sweep(HOME);
    expect([world.metric("OpenOrders"), world.metric("OldestOpenSeconds")]).toEqual([[2], [90]]);
  });

  it("the metrics are published even if no order is open", async () => {
    expect(await sweep(HOME)).toEqual(swept());
    expect([world.metric("OpenOrders"), world.metric("OldestOpenSeconds")]).toEqual([[0], [0]]);
  });

  it("the sweep fails without changes if the queue does not answer", async () => {
    open(1, 2 * MINUTE_MS);
    world.mishap({ service: "sqs" }, "hangs");
    await expect(sweep(HOME)).rejects.toThrow("queue depth: no answer within 2000 ms");
    expect(item(1).shard).toMatch(/^open#/);
  });
});

describe("in the other region", () => {
  it("only orders that its database has are closed", async () => {
    open(1, 100);
    open(2, 100);
    open(3, 3 * MINUTE_MS, { settledEpoch: EPOCH });
    replicated(1, 3);
    const { shard, at } = item(1);
    expect(await sweep(STANDBY)).toEqual(swept({ open: 3, closed: 2 }));
    expect(item(1).shard).toBe(shard!.replace("open#", "closed#"));
    expect(Date.parse(item(1).at)).toBeGreaterThan(Date.parse(at));
    expect(item(1).acceptedAt).toBe(at);
    expect([2, 3].map((n) => item(n).shard!.split("#")[0])).toEqual(["open", "closed"]);
    expect(world.told("sqs")).toEqual([]);
    const asked = world.callsOf({ service: "sql" });
    expect(asked.map(({ command, on }) => `${command} on ${on}`)).toEqual([
      "SEE_ORDERS on standby-reader",
    ]);
  });

  it("one query covers a page of every shard", async () => {
    for (let n = 1; n <= 32; n++) open(n, n, { shard: `open#${n % 16}` });
    replicated(...Array.from({ length: 32 }, (_, i) => i + 1));
    expect(await sweep(STANDBY)).toEqual(swept({ open: 32, closed: 32 }));
    expect(world.callsOf({ service: "sql" })).toHaveLength(1);
  });

  it.each([EPOCH - 1, EPOCH + 1, null])(
    "closes nothing where the database carries epoch %p, not the present one",
    async (epoch) => {
      world.services.databases[STANDBY]!.epoch = epoch;
      open(1, 100);
      replicated(1);
      expect(await sweep(STANDBY)).toEqual(swept({ open: 1 }));
      expect(item(1).shard).toMatch(/^open#/);
    },
  );

  it("an order that is rejected meanwhile stays as it is", async () => {
    open(1, 100);
    replicated(1);
    await world.advance(1);
    const run = createSettlementSweep(world.runtime(STANDBY))({}, world.invocation(50));
    await world.advance(0.021);
    const rejected: Partial<OrderItem> = item(1);
    delete rejected.shard;
    world.put(rejected as never);
    await world.play(run);
    expect(item(1).shard).toBeUndefined();
  });

  it("all pages of a shard are read, with one query per page", async () => {
    const numbers = Array.from({ length: 205 }, (_, i) => i + 1);
    for (const n of numbers) open(n, n, { shard: "open#3" });
    replicated(...numbers);
    expect(await sweep(STANDBY)).toMatchObject({ open: 205, closed: 205 });
    expect(world.callsOf({ service: "sql" })).toHaveLength(3);
    await world.advance(1);
    expect(await sweep(STANDBY)).toMatchObject({ open: 0 });
  });

  it("the event of another region's activation is handled like the schedule's", async () => {
    open(1, 2 * MINUTE_MS);
    expect(await sweep(STANDBY, { activated: EPOCH })).toEqual(swept({ open: 1 }));
    expect(world.told("sqs")).toEqual([]);
  });

  it("an order that cannot be closed does not stop the others, and the sweep fails at the end", async () => {
    for (let n = 1; n <= 4; n++) open(n, n);
    replicated(1, 2, 3, 4);
    world.mishap({ command: "Update", on: `order#${orderId(3)}` }, throttled());
    await expect(sweep(STANDBY)).rejects.toThrow("Rate exceeded");
    expect([1, 2, 3, 4].map((n) => item(n).shard!.split("#")[0])).toEqual([
      ...["closed", "closed", "open", "closed"],
    ]);
  });

  it("the sweep fails without changes if the database does not answer", async () => {
    open(1, 100);
    replicated(1);
    world.mishap({ service: "sql" }, databaseError("57P01", "terminating connection"));
    await expect(sweep(STANDBY)).rejects.toThrow("terminating connection");
    expect(item(1).shard).toMatch(/^open#/);
  });
});

describe("in both regions", () => {
  const regions = [[HOME], [STANDBY]];

  it.each(regions)("%s does nothing while no region is active", async (region) => {
    world.setControl({ active: null, target: STANDBY });
    open(1, 2 * MINUTE_MS);
    replicated(1);
    expect(await sweep(region, { activated: EPOCH })).toEqual(swept());
    expect(world.told("sql", "sqs", "dynamodb")).toEqual([`dynamodb ${region} Get control`]);
  });

  it.each(regions)("%s does nothing before there is a control item", async (region) => {
    world = new FakeWorld();
    open(1, 2 * MINUTE_MS);
    expect(await sweep(region)).toEqual(swept());
  });

  it.each(regions)("%s fails on a control item it cannot read", async (region) => {
    world.mishap({ on: "control" }, throttled());
    await expect(sweep(region)).rejects.toThrow("Rate exceeded");
    expect(world.calls).toHaveLength(1);
  });

  it.each(regions)(
    "%s prunes one shard a minute of what was closed over a day ago",
    async (region) => {
      const at = (ageMs: number) => new Date(world.nowMs + 1_000 - ageMs).toISOString();
      const shard = `closed#${Math.floor(world.nowMs / MINUTE_MS) % 16}`;
      open(1, 3 * DAY_MS, { shard, at: at(DAY_MS + 100) });
      open(2, 3 * DAY_MS, { shard, at: at(DAY_MS - 100) });
      open(3, 3 * DAY_MS, { shard: "closed#15", at: at(DAY_MS + 100) });
      expect(await sweep(region)).toEqual(swept({ pruned: 1 }));
      expect([1, 2, 3].map((n) => item(n) === undefined)).toEqual([true, false, false]);
      const prunes = world.callsOf({ command: "Query" }).map((call) => call.on);
      expect(prunes.filter((on) => on.startsWith("closed#"))).toEqual([shard]);
    },
  );

  it("every shard of closed orders is swept in its turn", async () => {
    const pruned = new Set<string>();
    for (let minute = 0; minute < 16; minute++) {
      world.calls.length = 0;
      await sweep(HOME);
      for (const { on } of world.callsOf({ command: "Query" })) {
        if (on.startsWith("closed#")) pruned.add(on);
      }
      await world.advance(59);
    }
    expect(pruned.size).toBe(16);
  });

  it("an order that was accepted again or closed later is not deleted", async () => {
    const shard = `closed#${Math.floor(world.nowMs / MINUTE_MS) % 16}`;
    const at = new Date(world.nowMs - 2 * DAY_MS).toISOString();
    open(1, 3 * DAY_MS, { shard, at });
    open(2, 3 * DAY_MS, { shard, at });
    await world.advance(1);
    const run = createSettlementSweep(world.runtime(HOME))({}, world.invocation(50));
    await world.advance(0.035);
    world.put({ ...item(1), shard: "open#1" });
    world.put({ ...item(2), at: new Date(world.nowMs).toISOString() });
    await world.play(run);
    expect([item(1).shard, item(2).shard]).toEqual(["open#1", shard]);
  });
});
