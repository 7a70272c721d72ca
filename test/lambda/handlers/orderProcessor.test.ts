import { createOrderProcessor } from "../../../lambda/handlers/orderProcessor";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import type { Progress } from "../../../lambda/detection/evidence";
import { databaseError } from "../../../support/aws/errors";
import { hintBody } from "../../../lambda/orders/hint";
import { BATCH_STATEMENTS_MAX, CLOSED_KEPT_SECONDS } from "../../../lambda/orders/tunables";
import { batch, openItem, order, orderId, stored } from "../../helpers/events";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { comingBack, settlingAtHome } from "../../helpers/orders";
import { leavingUnprocessed } from "../../helpers/unprocessed";

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
/** Lets DynamoDB leave an item unprocessed in every read of several. */
const throttle = (pk: string) => {
  const runtime = world.runtime(HOME);
  const dynamodb = leavingUnprocessed(runtime.dynamodb, (keys) => keys.filter((key) => key === pk));
  process = createOrderProcessor({ ...runtime, dynamodb });
};
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
  });

  it("as the ledger has them, whatever number of hints names them, and are read with the control item", async () => {
    const orderIds = [1, 2, 3, 4].map((n) => accepted(n).order.orderId);
    const hints = [hintBody(orderIds.slice(0, 3)), hintBody(orderIds.slice(1))];
    expect(await failed(...hints)).toEqual([]);
    expect(rows()).toEqual(orderIds);
    const { input } = world.only({ command: "BatchGet" });
    const orderKeys = orderIds.map((orderId) => ({ pk: `order#${orderId}` }));
    const Keys = [{ pk: "control" }, ...orderKeys];
    expect(input["RequestItems"]).toEqual({ ledger: { Keys, ConsistentRead: true } });
  });

  it("again after a day without a close, because their rows may have been pruned", async () => {
    const hint = accepted(1, { settledEpoch: EPOCH });
    expect(await failed(hint)).toEqual([]);
    expect(rows()).toEqual([]);
    await world.advance(CLOSED_KEPT_SECONDS + 1);
    expect(await failed(hint)).toEqual([]);
    expect(rows()).toEqual([orderId(1)]);
  });

  it("without the archive's and the index's attributes in each other", async () => {
    const hint = accepted(1);
    await failed(hint);
    const body = String(world.only({ service: "s3" }).input["Body"]);
    expect(JSON.parse(body)).toEqual({ epoch: EPOCH, orders: [hint] });
  });

  it("once, even if they are delivered several times", async () => {
    const hint = accepted(1);
    expect(await failed(hint, hint)).toEqual([]);
    expect(await failed(hint, accepted(2), hint)).toEqual([]);
    expect(rows()).toEqual([orderId(1), orderId(2)]);
    expect(sqlCalls()).toEqual(["INSERT_ORDERS", "INSERT_ORDERS"]);
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
});

describe("nothing is settled", () => {
  it.each<[string, Partial<OrderItem> | null]>([
    ["the ledger does not have", null],
    ["is settled in this epoch", { settledEpoch: EPOCH }],
    ["is closed", { shard: "closed#1" }],
    ["is rejected", { shard: undefined, rejectedReason: "this orderId was used" }],
  ])("for an order that %s, and its hint is done", async (_, change) => {
    if (change !== null) world.put(openItem(1, world.nowMs, change));
    expect(await failed(stored(1, world.nowMs))).toEqual([]);
    expect(sqlCalls()).toEqual([]);
    expect(item(1)?.settledEpoch).toBe(change?.settledEpoch);
    expect(dead()).toEqual([]);
  });

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
    world.mishap({ command: "BatchGet" }, mishap);
    expect(await failed(accepted(1), "nonsense", accepted(3))).toEqual(["m0", "m1", "m2"]);
    expect(world.told("sql", "sqs")).toEqual([]);
  });

  it.each([
    [
      "is malformed",
      () => world.put({ pk: "control", ...world.item<object>("control"), epoch: "3" }),
    ],
    ["is one that DynamoDB does not get to", () => throttle("control")],
  ])("if the control item %s, and every message is delivered again", async (_, spoil) => {
    spoil();
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
    expect(await failed(accepted(1), accepted(2))).toEqual(["m0", "m1"]);
    expect(item(2).settledEpoch).toBeUndefined();
  });

  it("if DynamoDB does not get to their orders, and only those", async () => {
    throttle(`order#${orderId(1)}`);
    expect(await failed(accepted(1), "nonsense", accepted(3))).toEqual(["m0"]);
    expect(rows()).toEqual([orderId(3)]);
    expect(dead()).toEqual(["nonsense"]);
  });

  it.each([
    ["refuses", throttled()],
    ["hangs", "hangs" as const],
  ])("if the ledger %s the marks", async (_, mishap) => {
    const hints = [accepted(1), accepted(2), accepted(3)];
    const mend = world.mishap({ command: "BatchExecuteStatement" }, mishap);
    expect(await failed(...hints)).toEqual(["m0", "m1", "m2"]);
    expect([1, 2, 3].map((n) => item(n).settledEpoch)).toEqual([undefined, undefined, undefined]);
    mend();
    expect(await failed(...hints)).toEqual([]);
    expect([1, 2, 3].map((n) => item(n).settledEpoch)).toEqual([EPOCH, EPOCH, EPOCH]);
    expect(rows()).toHaveLength(3);
  });

  it("if the ledger fails one mark, and only that one", async () => {
    const hints = [accepted(1), accepted(2), accepted(3)];
    world.beforeCall = ({ command }) => {
      // The other region writes the item at the same time.
      if (command !== "BatchExecuteStatement") return;
      const Item = { ...item(2) };
      world.services.ledgerAnswer(STANDBY, "PutCommand", { TableName: "ledger", Item });
    };
    expect(await failed(...hints)).toEqual(["m1"]);
    expect([1, 2, 3].map((n) => item(n).settledEpoch)).toEqual([EPOCH, undefined, EPOCH]);
  });
});

describe("an order that the database refuses", () => {
  const LIMIT = { quantity: "9".repeat(12) };
  /** The column holds less than validation accepts: a mistake in our schema. */
  const refuseLarge = () =>
    (world.beforeCall = ({ command, input }) => {
      if (command !== "INSERT_ORDERS") return;
      const [, json] = input["values"] as string[];
      if (!json!.includes(LIMIT.quantity)) return;
      world.mishap({ command }, databaseError("22003", "numeric field overflow"), 1);
    });
  const large = (n: number) => {
    const one = stored(n, world.nowMs, LIMIT);
    world.put({ ...openItem(n, world.nowMs), ...one });
    return one;
  };

  it("comes back and stays open, while the others of its batch are settled", async () => {
    refuseLarge();
    const hints = Array.from({ length: 10 }, (_, n) => (n === 6 ? large(n) : accepted(n)));
    expect(await failed(...hints)).toEqual(["m6"]);
    expect(rows()).toHaveLength(9);
    expect(item(6)).toEqual({ ...openItem(6, 0), ...hints[6], at: hints[6]!.acceptedAt });
    expect(dead()).toEqual([]);
    const errors = world.lines.filter(({ level }) => level === "ERROR");
    expect(errors.at(-1)).toMatchObject({ orders: 1, first: orderId(6) });
  });

  it("is settled once the mistake is repaired", async () => {
    refuseLarge();
    const hint = large(1);
    expect(await failed(hint)).toEqual(["m0"]);
    world.beforeCall = () => undefined;
    expect(await failed(hint)).toEqual([]);
    expect(rows()).toEqual([orderId(1)]);
  });

  it("is found among a hundred orders", async () => {
    refuseLarge();
    const orders = Array.from({ length: 100 }, (_, n) => (n === 37 ? large(n) : accepted(n)));
    const ids = orders.map(({ order }) => order.orderId);
    const bodies = Array.from({ length: 10 }, (_, n) => hintBody(ids.slice(10 * n, 10 * n + 10)));
    expect(await failed(...bodies)).toEqual(["m3"]);
    expect(rows()).toHaveLength(99);
    expect(sqlCalls().length).toBeLessThanOrEqual(15);
  });

  it("costs a bounded number of statements, even if all are refused", async () => {
    world.mishap({ command: "INSERT_ORDERS" }, databaseError("23502", "null value in column"));
    const ids = Array.from({ length: 100 }, (_, n) => accepted(n).order.orderId);
    const bodies = Array.from({ length: 10 }, (_, n) => hintBody(ids.slice(10 * n, 10 * n + 10)));
    expect(await failed(...bodies)).toEqual(bodies.map((_, n) => `m${n}`));
    expect(sqlCalls()).toHaveLength(BATCH_STATEMENTS_MAX);
    expect(dead()).toEqual([]);
  });

  it("does not hide that the database is down", async () => {
    world.mishap({ command: "INSERT_ORDERS" }, databaseError("57P01", "terminating connection"));
    world.mishap({ command: "INSERT_ORDERS" }, databaseError("22003", "field overflow"), 1);
    expect(await failed(accepted(1), accepted(2), accepted(3))).toEqual(["m0", "m1", "m2"]);
    expect(sqlCalls()).toHaveLength(2);
  });
});

describe("an order whose item is malformed", () => {
  it.each<[string, object, string]>([
    ["no order", { order: undefined }, "order"],
    ["a quantity that is a number", { order: { ...order(2), quantity: 1.5 } }, "order.quantity"],
    ["a quantity that is not one", { order: { ...order(2), quantity: "NaN" } }, "order.quantity"],
    ["an unknown field", { order: { ...order(2), leverage: "10" } }, "order"],
    ["another order's id", { order: order(3) }, "order.orderId"],
    ["no time", { acceptedAt: null }, "acceptedAt"],
    ["a time that is none", { acceptedAt: "infinity" }, "acceptedAt"],
    ["no fingerprint", { fingerprint: undefined }, "fingerprint"],
    ["an epoch that is a text", { settledEpoch: "3" }, "settledEpoch"],
    ["two faults", { at: "", settledEpoch: 1.5 }, "at, settledEpoch"],
  ])(
    "with %s is reported and left as it is, while others are settled",
    async (_, change, wrong) => {
      const malformed = { ...openItem(2, world.nowMs), ...change };
      world.put(malformed);
      const hint = hintBody(
        [1, 2, 3].map((n) => (n === 2 ? orderId(2) : accepted(n).order.orderId)),
      );
      expect(await failed(hint)).toEqual([]);
      expect(rows()).toEqual([orderId(1), orderId(3)]);
      expect(item(2)).toEqual(JSON.parse(JSON.stringify(malformed)));
      expect(world.lines.find(({ message }) => message === "an order was left out")).toMatchObject({
        level: "ERROR",
        error: `MalformedOrderError: the item order#${orderId(2)} is malformed in ${wrong}; repair it by hand`,
      });
    },
  );
});

describe("the dead-letter queue receives", () => {
  const REASON = "this orderId was used for another order";

  /** An order under the id of an older one that was deleted from the ledger after its day. */
  const reuse = (n: number) => {
    const other = stored(n, world.nowMs, { quantity: "99" });
    world.put({ ...openItem(n, world.nowMs), ...other });
    return other;
  };

  it("an order whose id belongs to a settled order, and the order is rejected", async () => {
    await failed(accepted(1));
    expect(await failed(accepted(2), reuse(1))).toEqual([]);
    expect(item(1)).toMatchObject({ rejectedReason: REASON });
    expect(item(1).shard).toBeUndefined();
    expect(dead()).toEqual([hintBody([orderId(1)])]);
    expect(world.only({ service: "sqs" }).input["MessageAttributes"]).toEqual({
      reason: { DataType: "String", StringValue: REASON },
    });
    expect(world.services.databases[HOME]!.rows.get(orderId(1))!.quantity).toBe("1.5");
    expect(item(2).settledEpoch).toBe(EPOCH);
  });

  it("a message that is not a hint, while the others are settled", async () => {
    const texts = [
      "nonsense",
      "null",
      "{}",
      JSON.stringify(stored(1, world.nowMs)),
      `{"orderIds":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
      hintBody(["x"]),
    ];
    expect(await failed(...texts, accepted(1))).toEqual([]);
    expect(dead()).toEqual(texts);
    expect(rows()).toEqual([orderId(1)]);
  });

  it("nothing if it fails, and the message is delivered again", async () => {
    await failed(accepted(2));
    const reused = reuse(2);
    world.mishap({ service: "sqs" }, throttled());
    expect(await failed("nonsense", accepted(1), reused)).toEqual(["m0", "m2"]);
    expect(item(2).rejectedReason).toBeUndefined();
    expect(item(2).shard).toBeDefined();
    expect(item(1).settledEpoch).toBe(EPOCH);
  });
});
