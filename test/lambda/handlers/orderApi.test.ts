import { parseHint } from "../../../lambda/orders/hint";
import { get, openItem, order, orderId, post } from "../../helpers/events";
import { FakeWorld, HOME, serviceError, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { orderApi } from "../../helpers/orders";

let world: FakeWorld;
let send: ReturnType<typeof orderApi>;

beforeEach(() => {
  world = new FakeWorld();
  world.setControl();
  send = orderApi(world);
});

/** What `POST /orders` answers now, and how long it takes. */
const place = (body: unknown = order(1)) => send(post(body));
const accepted = (n: number, acceptedAt: string) => ({
  orderId: orderId(n),
  status: "ACCEPTED",
  acceptedAt,
});
const isoNow = () => new Date(world.nowMs).toISOString();
const putOrder = { service: "dynamodb", command: "Put", on: `order#${orderId(1)}` };

describe("an order is accepted", () => {
  it("with 202 once the ledger holds it, and is sent to the active region's queue", async () => {
    const acceptedAt = isoNow();
    expect(await place()).toEqual({
      status: 202,
      body: accepted(1, acceptedAt),
      seconds: 0.02,
      headers: { "Content-Type": "application/json" },
    });
    const item = openItem(1, Date.parse(acceptedAt));
    expect(world.item(`order#${orderId(1)}`)).toEqual(item);
    expect(world.services.queue("orders-home").map(parseHint)).toEqual([[orderId(1)]]);
    expect(world.metric("OrdersAccepted")).toEqual([1]);
  });

  it.each([
    ["refuses", throttled(), 0.02],
    ["hangs, after 300 ms", "hangs" as const, 0.31],
  ])("after one attempt to send it, even if the queue %s", async (_, mishap, seconds) => {
    world.mishap({ service: "sqs" }, mishap);
    expect(await place()).toMatchObject({ status: 202, seconds });
    expect(world.told("sqs")).toEqual([`sqs ${HOME} SendMessage orders-home`]);
    expect(world.callsOf({ service: "sqs" })[0]!.signal!.aborted).toBe(mishap === "hangs");
    expect(world.item(`order#${orderId(1)}`)).toBeDefined();
  });

  it("without a message to a queue if the control item cannot be read", async () => {
    world.mishap({ on: "control" }, "hangs");
    expect(await place()).toMatchObject({ status: 202, seconds: 0.31 });
    expect(world.told("sqs")).toEqual([]);
    world.mishap({ on: "control" }, { lateMs: 400 });
    expect(await place(order(3))).toMatchObject({ status: 202, seconds: 0.31 });
    await world.advance(10);
    expect(world.told("sqs")).toEqual([]);
    world.mishap({ on: "control" }, throttled());
    expect(await place(order(2))).toMatchObject({ status: 202 });
    expect(world.told("sqs")).toEqual([]);
  });

  it("with the same answer and no second message if it is placed again", async () => {
    const acceptedAt = isoNow();
    await place();
    await world.advance(60);
    expect(await place()).toMatchObject({ status: 202, body: accepted(1, acceptedAt) });
    const upper = order(1, { orderId: orderId(1).toUpperCase() });
    expect(await place(upper)).toMatchObject({ status: 202, body: accepted(1, acceptedAt) });
    expect(world.services.queue("orders-home")).toHaveLength(1);
    // The refused write says which order is there.
    expect(world.callsOf({ command: "Get", on: `order#${orderId(1)}` })).toEqual([]);
  });

  it("with 409 if its id belongs to another order", async () => {
    await place();
    const before = world.item(`order#${orderId(1)}`);
    expect(await place(order(1, { quantity: "2" }))).toMatchObject({
      status: 409,
      body: { error: "this orderId was used for another order", orderId: orderId(1) },
    });
    expect(world.item(`order#${orderId(1)}`)).toEqual(before);
    expect(world.metric("OrdersAccepted")).toEqual([1]);
    expect(world.services.queue("orders-home")).toHaveLength(1);
  });
});

describe("canary orders", () => {
  const CANARY_ID = "abcdef00-0000-8000-9000-000000000001";
  const placed = async (account: string, id: string, path?: string) => {
    const body = order(1, { orderId: id, accountId: account });
    return (await send(post(body, account, path))).status;
  };

  it.each([
    ["the canary's id, by the canary", "canary", CANARY_ID, "/canary-orders", 202],
    ["another id, by the canary", "canary", orderId(1), "/canary-orders", 202],
    ["an id, by the canary on the clients' path", "canary", orderId(1), "/orders", 202],
    ["a client's id on the canaries' path", "account", orderId(1), "/canary-orders", 403],
    ["the canary's id, by a client", "account", CANARY_ID, "/orders", 400],
    [
      "the canary's id in capitals, by a client",
      "account",
      CANARY_ID.toUpperCase(),
      "/orders",
      400,
    ],
  ])("%s", async (_, account, id, path, status) => {
    expect(await placed(account, id, path)).toBe(status);
    expect(world.callsOf({ command: "Put" })).toHaveLength(status === 202 ? 1 : 0);
  });
});

describe("the message to the queue", () => {
  const queues = () => ["orders-home", "orders-standby"].map((q) => world.services.queue(q).length);

  it("goes to the active region from either region", async () => {
    world.setControl({ active: STANDBY, epoch: 2 });
    await place();
    send = orderApi(world, STANDBY);
    await place(order(2));
    expect(queues()).toEqual([0, 2]);
    expect(world.told("sqs")).toEqual(Array(2).fill(`sqs ${STANDBY} SendMessage orders-standby`));
  });

  it("is not sent during a takeover or without a control item", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2 });
    expect(await place()).toMatchObject({ status: 202 });
    expect(world.told("sqs")).toEqual([]);
    world = new FakeWorld();
    send = orderApi(world);
    expect(await place(order(2))).toMatchObject({ status: 202 });
    expect(world.told("sqs")).toEqual([]);
  });

  it("is sent for an order that comes right after an activation, whatever was read before it", async () => {
    world.setControl({ active: null, target: STANDBY, epoch: 2 });
    await place();
    world.setControl({ active: STANDBY, target: null, epoch: 2 });
    await place(order(2));
    expect(queues()).toEqual([0, 1]);
  });

  it("follows the control item, which is read at most every 2 s", async () => {
    await place();
    world.setControl({ active: STANDBY, epoch: 2 });
    await world.advance(1.9);
    await place(order(2));
    await world.advance(0.1);
    await place(order(3));
    expect(queues()).toEqual([2, 1]);
    expect(world.callsOf({ command: "Get", on: "control" })).toHaveLength(2);
  });
});

describe("the heartbeat", () => {
  it("is written with an accepted order, at most every 5 s", async () => {
    const beats = () => world.callsOf({ on: `alive#${HOME}` }).length;
    await place();
    const firstMs = world.item<{ atMs: number }>(`alive#${HOME}`)!.atMs;
    await world.advance(4.95);
    await place(order(2));
    expect(beats()).toBe(1);
    await world.advance(0.05);
    await place(order(3));
    expect(beats()).toBe(2);
    expect(world.item<{ atMs: number }>(`alive#${HOME}`)!.atMs - firstMs).toBeGreaterThan(5_000);
  });

  it("is not written for an order that is not accepted", async () => {
    await place("{}");
    world.mishap(putOrder, throttled());
    await place();
    expect(world.callsOf({ on: `alive#${HOME}` })).toHaveLength(0);
  });

  it("delays an answer by at most half a second", async () => {
    world.mishap({ on: `alive#${HOME}` }, "hangs");
    expect(await place()).toMatchObject({ status: 202, seconds: 0.51 });
  });
});

describe("an invalid body is answered with", () => {
  it.each([
    ["not JSON", "{", ["body"]],
    ["no order", "[]", ["body"]],
    [
      "wrong in several fields",
      { ...order(1), side: "buy", quantity: "0", x: 1 },
      "side quantity x",
    ],
  ])("400 and every wrong field if it is %s", async (_, body, fields) => {
    const answer = await place(body);
    expect(answer).toMatchObject({ status: 400, body: { error: "invalid order" } });
    const told = answer.body["fields"] as { field: string }[];
    expect(told.map(({ field }) => field)).toEqual([fields].flat().join(" ").split(" "));
    expect(world.calls).toEqual([]);
  });

  it("413 if it has more than 16 KB, counted in bytes", async () => {
    const error = "the body has 16386 bytes; at most 16384";
    expect(await place("é".repeat(8_193))).toMatchObject({ status: 413, body: { error } });
    expect(await place("é".repeat(8_192))).toMatchObject({ status: 400 });
    expect(await place("e".repeat(8_193))).toMatchObject({ status: 400 });
  });
});

describe("if the ledger fails, the answer is 503", () => {
  it.each([
    ["refuses", throttled(), 0.01],
    ["hangs", "hangs" as const, 2],
    ["stores it but does not answer", "answer is lost" as const, 2],
    ["is re-forming", serviceError("InternalServerError", "try again"), 0.01],
  ])("because it %s, and a retry is accepted", async (_, mishap, seconds) => {
    const mend = world.mishap(putOrder, mishap);
    expect(await place()).toEqual({
      status: 503,
      body: {
        error: "the order may or may not be stored; retry the same orderId",
        orderId: orderId(1),
      },
      seconds,
      headers: { "Content-Type": "application/json", "Retry-After": "2" },
    });
    expect(world.metric("OrdersFailed")).toEqual([1]);
    expect(world.told("sqs")).toEqual([]);
    mend();
    expect(await place()).toMatchObject({ status: 202 });
    expect(await place(order(1, { side: "SELL" }))).toMatchObject({ status: 409 });
  });

  it("because the existing order is not returned", async () => {
    await place();
    const refused = serviceError(
      "ConditionalCheckFailedException",
      "The conditional request failed",
    );
    const mend = world.mishap(putOrder, refused);
    expect(await place()).toMatchObject({ status: 503 });
    mend();
    expect(await place()).toMatchObject({ status: 202 });
  });

  it("within 3 s even if every call hangs", async () => {
    const patterns = [{ service: "sqs" }, { on: `alive#${HOME}` }, { on: "control" }, putOrder];
    for (let subset = 0; subset < 2 ** patterns.length; subset++) {
      world = new FakeWorld();
      world.setControl();
      send = orderApi(world);
      patterns.forEach((one, bit) => subset & (1 << bit) && world.mishap(one, "hangs"));
      const answer = await place();
      expect(answer.status).toBe(subset & 8 ? 503 : 202);
      expect(answer.seconds).toBeLessThan(3);
      const find = await send(get(orderId(1)));
      expect(find.status).toBe(subset & 4 ? 503 : subset & 8 ? 404 : 200);
      expect(find.seconds).toBeLessThan(3);
    }
  });
});
