import { get, openItem, order, orderId, post } from "../../helpers/events";
import { FakeWorld } from "../../helpers/fakeRuntime";
import { orderApi } from "../../helpers/orders";

let world: FakeWorld;
let send: ReturnType<typeof orderApi>;

beforeEach(() => {
  world = new FakeWorld();
  world.setControl();
  send = orderApi(world);
});

describe("an order is found", () => {
  const find = async (id = orderId(1)) => (await send(get(id))).body;
  const at = (change: Parameters<typeof openItem>[2] = {}) =>
    world.put(openItem(1, Date.parse("2026-01-05T08:00:00.000Z"), change));
  const found = (status: string) => ({
    orderId: orderId(1),
    status,
    acceptedAt: "2026-01-05T08:00:00.000Z",
  });

  it.each([
    ["ACCEPTED while open", {}, "ACCEPTED"],
    ["SETTLED once marked in the present epoch", { settledEpoch: 4 }, "SETTLED"],
    ["ACCEPTED again after a takeover raised the epoch", { settledEpoch: 3 }, "ACCEPTED"],
    ["SETTLED once closed", { settledEpoch: 3, shard: "closed#7" }, "SETTLED"],
  ])("%s", async (_, item, status) => {
    world.setControl({ epoch: 4 });
    at(item);
    expect(await find()).toEqual(found(status));
    expect(await find(orderId(1).toUpperCase())).toEqual(found(status));
  });

  it("as REJECTED with the reason", async () => {
    const item = openItem(1, Date.parse("2026-01-05T08:00:00.000Z"));
    delete item.shard;
    world.put({ ...item, rejectedReason: "numeric field overflow" });
    expect(await find()).toEqual({ ...found("REJECTED"), reason: "numeric field overflow" });
  });

  it("as ACCEPTED if there is no control item yet", async () => {
    world = new FakeWorld();
    send = orderApi(world);
    at({ settledEpoch: 1 });
    expect(await find()).toEqual(found("ACCEPTED"));
  });

  it.each([
    ["is empty", ""],
    ["is no UUID", "order-1"],
    ["is longer than a key of the ledger may be", "x".repeat(2_042)],
    ["is a UUID with more behind it", `${orderId(1)}#`],
    ["is the control item's key", "../control"],
  ])("with 404 and without a read if its id %s", async (_, id) => {
    const body = { error: "no such order: an id is a UUID" };
    expect(await send(get(id))).toMatchObject({ status: 404, body });
    expect(world.calls).toEqual([]);
    expect(world.lines).toEqual([]);
  });

  it("with 404 if it does not exist", async () => {
    expect(await send(get(orderId(9)))).toMatchObject({
      status: 404,
      body: { error: "no such order", orderId: orderId(9) },
    });
  });

  it.each(["control", `order#${orderId(1)}`])("with 503 if %s cannot be read", async (pk) => {
    at();
    world.mishap({ on: pk }, "hangs");
    expect(await send(get(orderId(1)))).toMatchObject({
      status: 503,
      seconds: 2,
      headers: { "Retry-After": "2" },
    });
  });
});

describe("an account", () => {
  it("places orders only for itself", async () => {
    expect(await send(post(order(1), "somebody else"))).toMatchObject({
      status: 403,
      body: { error: "the token is not for account account", orderId: orderId(1) },
    });
    expect(world.calls).toEqual([]);
  });

  it("gets the same 404 for another account's order as for a missing one", async () => {
    await send(post(order(1)));
    const mine = await send(get(orderId(1)));
    const others = await send(get(orderId(1), "somebody else"));
    const none = await send(get(orderId(2), "somebody else"));
    expect(mine.status).toBe(200);
    expect(others).toMatchObject({ status: 404, body: { error: "no such order" } });
    expect(none).toMatchObject({ status: 404, body: { error: "no such order" } });
  });

  it("is required: without the authorizer's account no order is accepted", async () => {
    const event = { ...post(order(1)), requestContext: {} } as ReturnType<typeof post>;
    expect(await send(event)).toMatchObject({ status: 403 });
  });
});
