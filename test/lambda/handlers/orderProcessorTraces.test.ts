import { createOrderProcessor } from "../../../lambda/handlers/orderProcessor";
import { hintBody } from "../../../lambda/orders/hint";
import { type StoredOrder, storedOrder } from "../../../lambda/orders/order";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import type { Progress } from "../../../lambda/detection/evidence";
import { SESSION_REFRESH_SECONDS } from "../../../lambda/orders/tunables";
import { pieces } from "../../../lambda/runtime/concurrently";
import { CALLS_AT_ONCE_MAX } from "../../../lambda/runtime/tunables";
import { batch, openItem, order, orderId, stored } from "../../helpers/events";
import { type FakeWorld, HOME } from "../../helpers/fakeRuntime";
import { comingBack, settlingAtHome } from "../../helpers/orders";

const EPOCH = 3;
const isoTime = "2026-01-01T00:00:00.000Z";
let world: FakeWorld;
let process: ReturnType<typeof createOrderProcessor>;

beforeEach(() => {
  world = settlingAtHome(EPOCH);
  process = createOrderProcessor(world.runtime(HOME));
});

const accepted = (n: number, atMs = world.nowMs) => {
  world.put(openItem(n, atMs));
  return stored(n, atMs);
};
const failed = (...bodies: Parameters<typeof batch>) =>
  comingBack(world, process(batch(...bodies)));
const item = (n: number) => world.item<OrderItem>(`order#${orderId(n)}`)!;
const progress = () => world.item<Progress>(`progress#${HOME}`);

describe("progress is recorded", () => {
  it("at most every 5 s", async () => {
    await failed(accepted(1));
    const firstAtMs = progress()!.firstAtMs;
    expect(progress()).toMatchObject({ epoch: EPOCH, firstAtMs, lastAtMs: firstAtMs });
    await world.advance(4.9);
    await failed(accepted(2));
    expect(progress()!.lastAtMs).toBe(firstAtMs);
    await world.advance(0.1);
    await failed(accepted(3));
    expect(progress()).toMatchObject({ epoch: EPOCH, firstAtMs });
    expect(progress()!.lastAtMs - firstAtMs).toBeGreaterThanOrEqual(5_000);
  });

  it("at once for a new epoch", async () => {
    await failed(accepted(1));
    const before = progress()!;
    world.setControl({ epoch: EPOCH + 1 });
    world.services.databases[HOME]!.at(EPOCH + 1);
    await failed(accepted(2));
    const { epoch, firstAtMs, lastAtMs } = progress()!;
    expect({ epoch, isSame: firstAtMs === lastAtMs }).toEqual({ epoch: EPOCH + 1, isSame: true });
    expect(firstAtMs).toBeGreaterThan(before.lastAtMs);
  });

  it("never for an older epoch", async () => {
    const times = { firstAtMs: 1, lastAtMs: world.nowMs, newestOrderAtMs: 1 };
    const newer = { pk: `progress#${HOME}`, epoch: EPOCH + 1, ...times };
    world.put(newer);
    expect(await failed(accepted(1))).toEqual([]);
    expect(progress()).toEqual(newer);
  });

  it("with the time of the newest order of a batch", async () => {
    const { nowMs } = world;
    await failed(...[90_000, 5_000, 70_000].map((agoMs, n) => accepted(n, nowMs - agoMs)));
    expect(progress()!.newestOrderAtMs).toBe(nowMs - 5_000);
  });

  it("and delays a batch by at most half a second", async () => {
    world.mishap({ on: `progress#${HOME}` }, "hangs");
    const { result, seconds } = await world.timed(process(batch(accepted(1))));
    expect(result.batchItemFailures).toEqual([]);
    expect(seconds).toBe(0.52);
    expect(item(1).settledEpoch).toBe(EPOCH);
  });
});

describe("a settled batch is written", () => {
  const archived = () =>
    world.callsOf({ service: "s3" }).map(({ input }) => ({
      bucket: input["Bucket"],
      key: String(input["Key"]),
      orders: (JSON.parse(String(input["Body"])) as { orders: StoredOrder[] }).orders,
    }));

  it("to the archive, under a key that depends only on the orders", async () => {
    const [one, two] = [accepted(1), accepted(2)];
    await world.play(process(batch(one, two)));
    await world.play(process(batch(two, one)));
    const [object] = archived();
    expect(archived()).toHaveLength(1);
    expect(object).toMatchObject({ bucket: "archive-home" });
    expect(object!.key).toMatch(
      new RegExp(`^archive/${one.acceptedAt.slice(0, 10)}/epoch-${EPOCH}/[0-9a-f]{64}\\.json$`),
    );
    expect(new Set(object!.orders)).toEqual(new Set([one, two]));
  });

  it("to the sessions of the orders, each once", async () => {
    await world.play(process(batch(accepted(1), accepted(2))));
    const renewed = world.callsOf({ on: "session session" });
    expect(renewed).toHaveLength(1);
    expect(renewed[0]!.input).toMatchObject({
      TableName: "sessions",
      ExpressionAttributeValues: { ":account": "account" },
    });
  });

  it("to each session again after a minute, or with the next order after a failure", async () => {
    const renewals = () => world.callsOf({ on: "session session" }).length;
    const settle = async (n: number) => {
      await world.play(process(batch(accepted(n))));
      return renewals();
    };
    world.mishap({ on: "session session" }, "hangs", 1);
    expect(await settle(1)).toBe(1);
    expect(await settle(2)).toBe(2);
    expect(await settle(3)).toBe(2);
    await world.advance(SESSION_REFRESH_SECONDS);
    expect(await settle(4)).toBe(3);
  });

  it.each([{ service: "s3" }, { on: "session session" }])(
    "which may be refused or hang: %p costs half a second and no order",
    async (pattern) => {
      world.mishap(pattern, "hangs");
      const { result, seconds } = await world.timed(process(batch(accepted(1))));
      expect(result.batchItemFailures).toEqual([]);
      expect(item(1).settledEpoch).toBe(EPOCH);
      expect(seconds).toBeLessThan(0.6);
    },
  );
});

describe("of a hundred orders in a hundred sessions", () => {
  const all = Array.from({ length: 100 }, (_, n) => n + 1);

  /** Settles all orders while the updates of these items hang. */
  const settle = async (hanging: readonly string[]) => {
    for (const n of all) {
      const one = storedOrder(order(n, { sessionId: `s-${n}` }), isoTime, HOME);
      world.put({ ...openItem(n, world.nowMs), ...one });
    }
    for (const on of hanging) world.mishap({ command: "Update", on }, "hangs");
    const hints = pieces(all.map(orderId), 10).map(hintBody);
    const { result, seconds } = await world.timed(process(batch(...hints)));
    const calls = world.callsOf({ command: "Update" }).filter(({ on }) => hanging.includes(on));
    return { calls: calls.length, failed: result.batchItemFailures.length, seconds };
  };

  it("all are marked with a few calls, and come back if those hang", async () => {
    expect(await settle([])).toMatchObject({ failed: 0 });
    expect(world.callsOf({ command: "BatchExecuteStatement" })).toHaveLength(4);
    world.mishap({ command: "BatchExecuteStatement" }, "hangs");
    const { failed: back, seconds } = await settle([]);
    expect(back).toBe(10);
    expect(seconds).toBeLessThan(4);
  });

  it("few sessions are renewed at once, and orders do not wait for them", async () => {
    const { calls, failed: back, seconds } = await settle(all.map((n) => `session s-${n}`));
    expect([calls, back]).toEqual([CALLS_AT_ONCE_MAX, 0]);
    expect(seconds).toBeLessThan(1.5);
  });
});
