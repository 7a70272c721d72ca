import { createOrderProcessor } from "../../../lambda/handlers/orderProcessor";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import type { Progress } from "../../../lambda/detection/evidence";
import { databaseError } from "../../../support/aws/errors";
import { batch, openItem, orderId, stored } from "../../helpers/events";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { comingBack, settlingAtHome } from "../../helpers/orders";

const EPOCH = 3;
let world: FakeWorld;
let process: ReturnType<typeof createOrderProcessor>;

beforeEach(() => {
  world = settlingAtHome(EPOCH);
  process = createOrderProcessor(world.runtime(HOME));
});

const accepted = (n: number, change = {}) => {
  world.put(openItem(n, world.nowMs, change));
  return stored(n, world.nowMs);
};
/** Processes a batch and returns the messages that are to come back. */
const failed = (...bodies: Parameters<typeof batch>) =>
  comingBack(world, process(batch(...bodies)));
const item = (n: number) => world.item<OrderItem>(`order#${orderId(n)}`)!;
const rows = () => [...world.services.databases[HOME]!.rows.keys()];
const sqlCalls = () => world.callsOf({ service: "sql" }).map((call) => call.command);
const dead = () => world.services.queue("dead-home");
const progress = () => world.item<Progress>(`progress#${HOME}`);

describe("orders are settled", () => {
  it("in one statement, then marked with the epoch", async () => {
    const hints = [accepted(1), accepted(2), accepted(3)];
    const settledAt = new Date(world.nowMs + 10).toISOString();
    expect(await failed(...hints)).toEqual([]);
    expect(sqlCalls()).toEqual(["INSERT_ORDERS"]);
    expect(world.services.databases[HOME]!.rows.get(orderId(2))).toEqual({
      id: orderId(2),
      account_id: "account",
      session_id: "session",
      symbol: "ACME",
      side: "BUY",
      quantity: "1.5",
      limit_price: null,
      accepted_at: hints[1]!.acceptedAt,
      accepted_in: HOME,
      fingerprint: hints[1]!.fingerprint,
      settledAt,
      epoch: EPOCH,
    });
    expect(rows()).toHaveLength(3);
    expect([1, 2, 3].map((n) => item(n).settledEpoch)).toEqual([EPOCH, EPOCH, EPOCH]);
    expect(world.metric("OrdersSettled")).toEqual([3]);
    expect(world.callsOf({ on: "control" })[0]!.input["ConsistentRead"]).toBe(true);
    expect(world.callsOf({ on: "control" })).toHaveLength(1);
  });

  it("once, even if they are delivered several times", async () => {
    const hint = accepted(1);
    expect(await failed(hint, hint)).toEqual([]);
    expect(await failed(hint, accepted(2), hint)).toEqual([]);
    expect(rows()).toEqual([orderId(1), orderId(2)]);
    expect(sqlCalls()).toEqual(["INSERT_ORDERS", "INSERT_ORDERS", "READ_FINGERPRINTS"]);
    expect(world.metric("OrdersSettled")).toEqual([1, 1]);
    expect(dead()).toEqual([]);
  });

  it("and the mark of a later epoch is kept", async () => {
    const hints = [accepted(1), accepted(2, { settledEpoch: EPOCH + 1 })];
    world.services.databases[HOME]!.at(2);
    world.setControl({ epoch: 2 });
    await failed(...hints);
    expect([item(1), item(2)].map((one) => one.settledEpoch)).toEqual([2, EPOCH + 1]);
    world.services.databases[HOME]!.at(EPOCH);
    world.setControl({ epoch: EPOCH });
    await failed(hints[0]!);
    expect(item(1).settledEpoch).toBe(EPOCH);
    expect(world.services.databases[HOME]!.rows.get(orderId(1))!.epoch).toBe(2);
  });

  it("and an order that was deleted from the ledger is not created again", async () => {
    expect(await failed(stored(1, world.nowMs))).toEqual([]);
    expect(rows()).toEqual([orderId(1)]);
    expect(item(1)).toBeUndefined();
  });
});

describe("nothing is settled", () => {
  it.each([
    ["the other region is active", { active: STANDBY }],
    ["a target is set", { active: null, target: HOME }],
  ])("if %s, and messages are dropped without a query", async (_, control) => {
    world.setControl(control);
    expect(await failed(accepted(1), accepted(2))).toEqual([]);
    expect(sqlCalls()).toEqual([]);
    expect(item(1).settledEpoch).toBeUndefined();
    expect(progress()).toBeUndefined();
  });

  it("if there is no control item", async () => {
    world = new FakeWorld();
    process = createOrderProcessor(world.runtime(HOME));
    expect(await failed(accepted(1))).toEqual([]);
    expect(sqlCalls()).toEqual([]);
  });

  it.each([
    ["refuses", throttled()],
    ["hangs", "hangs" as const],
  ])("if the ledger %s, and every message is delivered again", async (_, mishap) => {
    world.mishap({ on: "control" }, mishap);
    expect(await failed(accepted(1), "nonsense", accepted(3))).toEqual(["m0", "m1", "m2"]);
    expect(world.told("sql", "sqs")).toEqual([]);
  });

  it.each([
    ["a newer epoch has the right", EPOCH + 1],
    ["the activation has not raised it yet", EPOCH - 1],
  ])("if the epoch is not held because %s", async (_, writerEpoch) => {
    world.services.databases[HOME]!.at(writerEpoch);
    expect(await failed(accepted(1), accepted(2))).toEqual([]);
    expect(rows()).toEqual([]);
    expect([item(1), item(2)].map((one) => one.settledEpoch)).toEqual([undefined, undefined]);
    expect(progress()).toBeUndefined();
    expect(world.metric("OrdersSettled")).toEqual([]);
  });
});

describe("messages are delivered again", () => {
  it.each([
    ["is down", databaseError("57P01", "terminating connection due to administrator command")],
    ["is read-only", databaseError("25006", "cannot execute in a read-only transaction")],
    ["is out of resources", databaseError("53300", "too many connections")],
    ["cannot be reached", new Error("connect ETIMEDOUT")],
  ])("if the database %s, and none becomes a dead letter", async (_, error) => {
    world.mishap({ service: "sql" }, error);
    expect(await failed(accepted(1), accepted(2))).toEqual(["m0", "m1"]);
    expect(sqlCalls()).toEqual(["INSERT_ORDERS"]);
    expect(dead()).toEqual([]);
    expect(item(1)).toMatchObject({ shard: openItem(1, world.nowMs).shard });
    expect(progress()).toBeUndefined();
  });

  it("if the fingerprints of existing rows cannot be read", async () => {
    await failed(accepted(1));
    world.mishap({ command: "READ_FINGERPRINTS" }, databaseError("57014", "statement timeout"));
    expect(await failed(stored(1, world.nowMs), accepted(2))).toEqual(["m0", "m1"]);
    expect(item(2).settledEpoch).toBeUndefined();
  });

  it.each([
    ["refuses", throttled()],
    ["hangs", "hangs" as const],
  ])("if the ledger %s the mark, and only that one", async (_, mishap) => {
    const hints = [accepted(1), accepted(2), accepted(3)];
    const mend = world.mishap({ command: "Update", on: `order#${orderId(2)}` }, mishap);
    expect(await failed(...hints)).toEqual(["m1"]);
    expect([1, 2, 3].map((n) => item(n).settledEpoch)).toEqual([EPOCH, undefined, EPOCH]);
    mend();
    expect(await failed(hints[1]!)).toEqual([]);
    expect(item(2).settledEpoch).toBe(EPOCH);
    expect(rows()).toHaveLength(3);
  });
});

describe("the dead-letter queue receives", () => {
  const isRejected = (n: number, reason: string) => {
    expect(item(n)).toMatchObject({ rejectedReason: reason });
    expect(item(n).shard).toBeUndefined();
  };

  it("an order whose id belongs to a settled order, and the order is rejected", async () => {
    const first = stored(1, world.nowMs);
    await failed(first);
    const other = stored(1, world.nowMs, { quantity: "99" });
    world.put({ ...openItem(1, world.nowMs), ...other });
    expect(await failed(accepted(2), other)).toEqual([]);
    isRejected(1, "another order has this orderId");
    expect(dead().map((body) => JSON.parse(body) as unknown)).toEqual([other]);
    expect(world.only({ service: "sqs" }).input["MessageAttributes"]).toEqual({
      reason: { DataType: "String", StringValue: "another order has this orderId" },
    });
    expect(world.services.databases[HOME]!.rows.get(orderId(1))!.quantity).toBe("1.5");
    expect(item(2).settledEpoch).toBe(EPOCH);
  });

  it("a message that is not the ledger's order, and the order is not rejected", async () => {
    const good = accepted(1);
    await failed(good);
    expect(await failed(stored(1, world.nowMs, { quantity: "99" }))).toEqual([]);
    expect(item(1)).toMatchObject({ settledEpoch: EPOCH, fingerprint: good.fingerprint });
    expect(item(1).rejectedReason).toBeUndefined();
    expect(dead()).toHaveLength(1);
  });

  it("an order with invalid data, while the rest of its batch is settled one by one", async () => {
    const poison = stored(2, world.nowMs, { quantity: "9".repeat(13) });
    world.put({ ...openItem(2, world.nowMs), ...poison });
    expect(await failed(accepted(1), poison, accepted(3))).toEqual([]);
    expect(sqlCalls()).toEqual(Array(4).fill("INSERT_ORDERS"));
    expect(rows()).toEqual([orderId(1), orderId(3)]);
    expect([1, 3].map((n) => item(n).settledEpoch)).toEqual([EPOCH, EPOCH]);
    isRejected(2, "Error: numeric field overflow");
    expect(dead().map((body) => JSON.parse(body) as unknown)).toEqual([poison]);
  });

  it("a message that is not an order, while the others are settled", async () => {
    const texts = ["nonsense", "null", "{}", '{"order":{"orderId":"x"}}'];
    expect(await failed(...texts, accepted(1))).toEqual([]);
    expect(dead()).toEqual(texts);
    expect(rows()).toEqual([orderId(1)]);
  });

  it("nothing if it fails, and the message is delivered again", async () => {
    const poison = stored(2, world.nowMs, { quantity: "9".repeat(13) });
    world.put({ ...openItem(2, world.nowMs), ...poison });
    world.mishap({ service: "sqs" }, throttled());
    expect(await failed("nonsense", accepted(1), poison)).toEqual(["m0", "m2"]);
    expect(item(2).rejectedReason).toBeUndefined();
    expect(item(2).shard).toBeDefined();
    expect(item(1).settledEpoch).toBe(EPOCH);
  });

  it("no order that the database fails to settle one by one", async () => {
    const poison = stored(1, world.nowMs, { quantity: "9".repeat(13) });
    const hints = [poison, accepted(2), accepted(3)];
    const work = process(batch(...hints));
    // The batch, then the poison alone: both refused for the order's own fault.
    await world.advance(0.035);
    world.mishap({ service: "sql" }, databaseError("57P01", "terminating connection"));
    expect((await world.play(work)).batchItemFailures).toEqual([
      { itemIdentifier: "m1" },
      { itemIdentifier: "m2" },
    ]);
    expect(dead()).toHaveLength(1);
  });
});
