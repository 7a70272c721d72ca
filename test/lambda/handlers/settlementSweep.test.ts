import { createSettlementSweep, type SweepResult } from "../../../lambda/handlers/settlementSweep";
import type { SweepEvent } from "../../../lambda/runtime/events";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import { parseHint } from "../../../lambda/orders/hint";
import { SWEEP_PAGE_SIZE } from "../../../lambda/orders/tunables";
import { CALLS_AT_ONCE_MAX } from "../../../lambda/runtime/tunables";
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
  return world.play(run) as Promise<SweepResult>;
}
const swept = (change = {}) => ({ open: 0, requeued: 0, closed: 0, pruned: 0, ...change });
const open = (n: number, ageMs: number, change: Partial<OrderItem> = {}) =>
  world.put(openItem(n, world.nowMs + 1_000 - ageMs, change));
const item = (n: number) => world.item<OrderItem>(`order#${orderId(n)}`)!;
const numbersTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
/** Numbers of the orders whose hints are in the backlog queue. */
const hinted = () =>
  world.services
    .queue("backlog-home")
    .flatMap((body) => parseHint(body)!)
    .map((id) => Number(id.slice(-12)))
    .sort((a, b) => a - b);
/** Rows of these orders are in the standby's database. */
const replicated = (...numbers: number[]) => {
  for (const n of numbers) {
    const { fingerprint } = item(n);
    const row = { id: orderId(n), fingerprint };
    world.services.databases[STANDBY]!.rows.set(orderId(n), row as never);
  }
};
/** The most calls of a kind that were under way at once: each takes as long as the others. */
const mostAtOnce = (command: string): number => {
  const starts = world.callsOf({ command }).map((call) => call.atMs);
  return Math.max(...starts.map((atMs) => starts.filter((other) => other === atMs).length));
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
    expect(world.services.queue("orders-home")).toEqual([]);
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

  it.each([
    [500, 0, 0, 1],
    [501, 0, 0, 0],
    [0, 50, 0, 1],
    [0, 51, 0, 0],
    [400, 10, 0, 1],
    [390, 0, 10, 1],
    [391, 0, 10, 0],
  ])(
    "with %d messages, %d of the backlog and %d in flight in each queue it re-queues %d",
    async (depth, backlog, inFlight, n) => {
      world.services.queue("orders-home").push(...Array<string>(depth).fill("hint"));
      world.services.queue("backlog-home").push(...Array<string>(backlog).fill("hint"));
      world.services.inFlight = inFlight;
      open(1, 2 * MINUTE_MS);
      expect(await sweep(HOME)).toMatchObject({ open: 1, requeued: n });
      expect(world.services.queue("backlog-home")).toHaveLength(backlog + n);
    },
  );

  it.each([
    ["everything at once upon the present epoch's activation", EPOCH, [1, 3]],
    ["only what has waited upon an older one's", EPOCH - 1, []],
  ])("%s, even with a deep queue", async (_, activated, numbers) => {
    const depth = activated === EPOCH ? 501 : 0;
    world.services.queue("orders-home").push(...Array<string>(depth).fill("hint"));
    open(1, 100);
    open(2, 100, { settledEpoch: EPOCH });
    open(3, 100, { settledEpoch: EPOCH - 1 });
    expect(await sweep(HOME, { activated })).toMatchObject({ open: 3, requeued: numbers.length });
    expect(hinted()).toEqual(numbers);
  });

  it("all pages of a shard are read, and a call sends ten messages of ten orders", async () => {
    const numbers = numbersTo(2 * SWEEP_PAGE_SIZE + 5);
    for (const n of numbers) open(n, 2 * MINUTE_MS + n, { shard: "open#3" });
    const { length } = numbers;
    expect(await sweep(HOME)).toMatchObject({ open: length, requeued: length });
    expect(hinted()).toEqual(numbers);
    expect(world.callsOf({ command: "Query", on: "open#3" })).toHaveLength(3);
    expect(world.callsOf({ command: "Query" })).toHaveLength(16 + 2);
    expect(world.callsOf({ command: "SendMessageBatch" })).toHaveLength(3 + 3 + 1);
  });

  it("a message names orders of several shards", async () => {
    for (const n of numbersTo(32)) open(n, 2 * MINUTE_MS, { shard: `open#${n % 16}` });
    expect(await sweep(HOME)).toMatchObject({ requeued: 32 });
    expect(world.services.queue("backlog-home")).toHaveLength(4);
  });

  it("however many orders wait, only a few calls are under way at once", async () => {
    for (const n of numbersTo(3_000)) open(n, 2 * MINUTE_MS);
    expect(await sweep(HOME)).toMatchObject({ open: 3_000, requeued: 3_000 });
    expect(mostAtOnce("SendMessageBatch")).toBe(CALLS_AT_ONCE_MAX);
    expect(mostAtOnce("Query")).toBe(CALLS_AT_ONCE_MAX);
  });

  it("a shard that does not answer does not stop the others, and the sweep fails at the end", async () => {
    for (const n of numbersTo(205)) open(n, 2 * MINUTE_MS + n, { shard: `open#${n % 2}` });
    open(206, 2 * MINUTE_MS, { shard: "open#3" });
    world.mishap({ command: "Query", on: "open#3" }, throttled());
    await expect(sweep(HOME)).rejects.toThrow("Rate exceeded");
    expect(hinted()).toEqual(numbersTo(205));
    expect(world.metric("OpenOrders")).toEqual([205]);
  });

  it.each([
    ["an item that names no order", { pk: "order#one" }],
    ["an item of another kind", { pk: "alive#us-east-1" }],
    ["an order with a wrong time", { pk: `order#${orderId(2)}`, at: "0" }],
    ["an order with a wrong epoch", { pk: `order#${orderId(2)}`, settledEpoch: "3" }],
  ])(
    "%s in the index does not stop the others, and the sweep fails at the end",
    async (_, strange) => {
      open(1, 2 * MINUTE_MS, { shard: "open#3" });
      world.put({ ...openItem(2, world.nowMs - 2 * MINUTE_MS, { shard: "open#3" }), ...strange });
      await expect(sweep(HOME)).rejects.toThrow(`the index work has no order in ${strange.pk}`);
      expect(hinted()).toEqual([1]);
      expect(world.metric("OpenOrders")).toEqual([1]);
    },
  );

  it.each([
    ["fails", throttled(), "Rate exceeded"],
    ["has no answer", "hangs" as const, "no answer within 2000 ms"],
  ])("a send that %s does not stop the others, and the sweep fails", async (_, mishap, error) => {
    for (const n of numbersTo(205)) open(n, 2 * MINUTE_MS + n, { shard: "open#3" });
    world.mishap({ command: "SendMessageBatch" }, mishap, 1);
    await expect(sweep(HOME)).rejects.toThrow(error);
    expect(hinted()).toHaveLength(105);
    expect(world.metric("OpenOrders")).toEqual([205]);
  });

  it("messages that SQS refuses one by one fail the sweep", async () => {
    open(1, 2 * MINUTE_MS);
    world.services.refusedMessages = 1;
    await expect(sweep(HOME)).rejects.toThrow("SQS refused 1 messages of hints: refused");
  });

  it("a sweep ends when time is short, and the next one continues", async () => {
    const count = SWEEP_PAGE_SIZE + 5;
    for (const n of numbersTo(count)) open(n, 2 * MINUTE_MS + n, { shard: "open#3" });
    expect(await sweep(HOME, undefined, 5)).toMatchObject({ open: SWEEP_PAGE_SIZE, requeued: 0 });
    expect(await sweep(HOME)).toMatchObject({ open: count, requeued: count });
  });

  it.each([
    [
      "begins with the newest orders, whose lost hints must be found",
      undefined,
      5.04,
      (n: number) => n,
    ],
    [
      "begins with the oldest orders after an activation",
      { activated: EPOCH },
      5.03,
      (n: number) => n + 5,
    ],
  ])("a sweep whose time is short %s", async (_, event, timeout, numberOf) => {
    const count = SWEEP_PAGE_SIZE + 5;
    for (const n of numbersTo(count)) open(n, 2 * MINUTE_MS + n, { shard: "open#3" });
    await sweep(HOME, event, timeout);
    expect(hinted()).toEqual(numbersTo(SWEEP_PAGE_SIZE).map(numberOf));
    expect(world.metric("OldestOpenSeconds")).toEqual([Math.round((2 * MINUTE_MS + count) / 1000)]);
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

  it("the sweep fails, but for its metrics without effect, if the queue does not answer", async () => {
    open(1, 2 * MINUTE_MS);
    world.mishap({ service: "sqs" }, "hangs");
    await expect(sweep(HOME)).rejects.toThrow("queue depth: no answer within 2000 ms");
    expect(item(1).shard).toMatch(/^open#/);
    expect(world.metric("OpenOrders")).toEqual([1]);
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
    const run = createSettlementSweep(world.runtime(STANDBY))(
      { trigger: "schedule" },
      world.invocation(50),
    );
    await world.advance(0.021);
    const rejected: Partial<OrderItem> = item(1);
    delete rejected.shard;
    world.put(rejected as never);
    await world.play(run);
    expect(item(1).shard).toBeUndefined();
  });

  it("all pages of a shard are read, with one query per page", async () => {
    const numbers = numbersTo(2 * SWEEP_PAGE_SIZE + 5);
    for (const n of numbers) open(n, n, { shard: "open#3" });
    replicated(...numbers);
    expect(await sweep(STANDBY)).toMatchObject({ open: numbers.length, closed: numbers.length });
    expect(world.callsOf({ service: "sql" })).toHaveLength(3);
    await world.advance(1);
    expect(await sweep(STANDBY)).toMatchObject({ open: 0 });
  });

  it("however many orders are replicated, only a few calls are under way at once", async () => {
    const numbers = numbersTo(3_000);
    for (const n of numbers) open(n, n);
    replicated(...numbers);
    expect(await sweep(STANDBY)).toMatchObject({ open: 3_000, closed: 3_000 });
    expect(mostAtOnce("BatchExecuteStatement")).toBe(CALLS_AT_ONCE_MAX);
  });

  it("a sweep whose time is short keeps what it has closed", async () => {
    const numbers = numbersTo(3_000);
    for (const n of numbers) open(n, n);
    replicated(...numbers);
    const { closed } = await sweep(STANDBY, undefined, 5.05);
    expect(closed).toBeGreaterThan(0);
    expect(numbers.filter((n) => item(n).shard!.startsWith("closed#"))).toHaveLength(closed);
  });

  it("the event of another region's activation is handled like the schedule's", async () => {
    open(1, 2 * MINUTE_MS);
    expect(await sweep(STANDBY, { activated: EPOCH })).toEqual(swept({ open: 1 }));
    expect(world.told("sqs")).toEqual([]);
  });

  it("an order whose id has been used again is not closed on the row of the order before", async () => {
    open(1, 100);
    replicated(1);
    open(1, 50, { fingerprint: "of another order" });
    expect(await sweep(STANDBY)).toEqual(swept({ open: 1 }));
    expect(item(1).shard).toMatch(/^open#/);
  });

  it("a call that fails does not stop the others, and the sweep fails at the end", async () => {
    const numbers = numbersTo(60);
    for (const n of numbers) open(n, n);
    replicated(...numbers);
    world.mishap({ command: "BatchExecuteStatement" }, throttled(), 1);
    await expect(sweep(STANDBY)).rejects.toThrow("Rate exceeded");
    expect(numbers.filter((n) => item(n).shard!.startsWith("closed#"))).toHaveLength(35);
    expect(world.metric("OpenOrders")).toEqual([60]);
  });

  it("an order that the other region writes at the same time is left to the next sweep", async () => {
    for (const n of [1, 2]) open(n, n);
    replicated(1, 2);
    world.beforeCall = ({ command }) => {
      if (command === "BatchExecuteStatement") world.put(item(1));
    };
    await expect(sweep(STANDBY)).rejects.toThrow("closing: TransactionConflict");
    expect([1, 2].map((n) => item(n).shard!.split("#")[0])).toEqual(["open", "closed"]);
  });

  it("the sweep fails without changes if the database does not answer", async () => {
    open(1, 100);
    replicated(1);
    world.mishap({ service: "sql" }, databaseError("57P01", "terminating connection"));
    await expect(sweep(STANDBY)).rejects.toThrow("terminating connection");
    expect(item(1).shard).toMatch(/^open#/);
    expect(world.metric("OpenOrders")).toEqual([1]);
  });

  it("orders that were closed more than a day ago are deleted, in all shards", async () => {
    const at = (ageMs: number) => new Date(world.nowMs + 1_000 - ageMs).toISOString();
    for (const n of numbersTo(16)) {
      open(n, 3 * DAY_MS, { shard: `closed#${n % 16}`, at: at(DAY_MS + 100) });
    }
    open(17, 3 * DAY_MS, { shard: "closed#15", at: at(DAY_MS - 100) });
    expect(await sweep(STANDBY)).toEqual(swept({ pruned: 16 }));
    expect(numbersTo(17).filter((n) => item(n) !== undefined)).toEqual([17]);
  });

  it("an order that was accepted again or closed later is not deleted", async () => {
    const at = new Date(world.nowMs - 2 * DAY_MS).toISOString();
    open(1, 3 * DAY_MS, { shard: "closed#1", at });
    open(2, 3 * DAY_MS, { shard: "closed#1", at });
    world.beforeCall = ({ command }) => {
      if (command !== "BatchExecuteStatement") return;
      world.put({ ...item(1), shard: "open#1" });
      world.put({ ...item(2), at: new Date(world.nowMs).toISOString() });
    };
    await sweep(STANDBY).catch(() => undefined);
    expect([item(1).shard, item(2).shard]).toEqual(["open#1", "closed#1"]);
  });

  it("what is no order is never deleted, whatever its attributes say", async () => {
    const at = new Date(world.nowMs - 2 * DAY_MS).toISOString();
    world.setControl({ shard: "closed#1", at } as never);
    await expect(sweep(STANDBY)).rejects.toThrow("the index work has no order in control");
    expect(world.control).toBeDefined();
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
});

it("the active region deletes no closed orders: two regions that write one item conflict", async () => {
  const at = new Date(world.nowMs - 2 * DAY_MS).toISOString();
  open(1, 3 * DAY_MS, { shard: "closed#1", at });
  expect(await sweep(HOME)).toEqual(swept());
  expect(item(1)).toBeDefined();
});

describe("an operator's question", () => {
  it("is answered with the orders that this region's database has, and changes nothing", async () => {
    for (const n of [1, 2]) open(n, n * MINUTE_MS);
    replicated(2);
    const event = { see: [orderId(1), orderId(2)] };
    const run = createSettlementSweep(world.runtime(STANDBY))(event, world.invocation(50));
    expect(await world.play(run)).toEqual({ epoch: EPOCH, seen: [orderId(2)] });
    expect(item(2).shard).toMatch(/^open#/);
  });

  it("is refused if it names no order", async () => {
    const run = createSettlementSweep(world.runtime(STANDBY))({ see: [] }, world.invocation(50));
    await expect(world.play(run)).rejects.toThrow("settlement-sweep refused an event");
  });
});
