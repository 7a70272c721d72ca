import { createDbMigration } from "../../../lambda/handlers/dbMigration";
import { createHealth } from "../../../lambda/handlers/health";
import { createOrderApi } from "../../../lambda/handlers/orderApi";
import { createOrderProcessor } from "../../../lambda/handlers/orderProcessor";
import { createSettlementSweep } from "../../../lambda/handlers/settlementSweep";
import { EPOCH_JUMP, EPOCH_STEP_MAX } from "../../../lambda/control/tunables";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import { batch, openItem, order, orderId, post, stored } from "../../helpers/events";
import { atStandby, orchestrate, steadyWorld } from "../../helpers/failover";
import { type FakeWorld, HOME, STANDBY } from "../../helpers/fakeRuntime";

let world: FakeWorld;
const tick = () => world.play(orchestrate(world, { trigger: "tick" }));
const database = (region: string) => world.services.databases[region]!;
const published = () =>
  world
    .callsOf({ service: "sns", region: STANDBY })
    .map(({ input }) => JSON.parse(String(input["Message"])) as { reason: string; epoch: number });
const deleteControl = () =>
  world.services.ledgerAnswer(HOME, "DeleteCommand", {
    TableName: "ledger",
    Key: { pk: "control" },
  });

beforeEach(() => {
  world = steadyWorld();
});

describe("the control item is made anew above the database's epoch, and the operators are told", () => {
  it("if it was deleted in the database's first epoch", async () => {
    deleteControl();
    await tick();
    expect(world.control).toMatchObject({ epoch: 1 + EPOCH_JUMP });
    expect(database(HOME).epoch).toBe(1 + EPOCH_JUMP);
  });

  it.each([
    ["if it was deleted", deleteControl],
    ["if its epoch is a text", () => world.setControl({ epoch: "x" as never, version: 7 })],
    ["if its epoch is negative", () => world.setControl({ epoch: -1 })],
    ["if it names no region", () => world.setControl({ active: null })],
  ])("%s, while home is the writer", async (_, spoil) => {
    for (const region of [HOME, STANDBY]) database(region).at(5);
    spoil();
    await tick();
    const epoch = 5 + EPOCH_JUMP;
    expect(world.control).toMatchObject({
      active: HOME,
      target: null,
      epoch,
      notifiedEpoch: epoch,
    });
    expect(database(HOME).epoch).toBe(epoch);
    expect(published()).toMatchObject([{ epoch }]);
    expect(published()[0]!.reason).toMatch(/^the control item is (absent|malformed)$/);
  });

  it("for the standby, if its database is the writer", async () => {
    atStandby(world);
    deleteControl();
    await tick();
    const epoch = 2 + EPOCH_JUMP;
    expect(world.control).toMatchObject({ active: STANDBY, target: null, epoch });
    expect(database(STANDBY).epoch).toBe(epoch);
    expect(world.callsOf({ command: "FailoverGlobalCluster" })).toEqual([]);
  });

  it("if an epoch is out of reach, once that region is fenced", async () => {
    world.setControl({ epoch: 1_999_999_999, active: null, target: HOME });
    await tick();
    const epoch = 1 + EPOCH_JUMP;
    expect(world.control).toMatchObject({ active: HOME, epoch, notifiedEpoch: epoch });
    expect(published()[0]!.reason).toMatch(/had epoch 1999999999, the database 1$/);
  });

  it("not while the standby's RDS does not say who is the writer", async () => {
    deleteControl();
    world.mishap({ service: "rds" }, "hangs");
    await tick();
    expect(world.control).toBeUndefined();
  });
});

describe("the active region is activated again above both epochs, and the operators are told", () => {
  it.each([
    ["the control item's epoch is higher", 9, 5],
    ["the control item's epoch is lower", 2, 5],
  ])("if %s than the database's", async (_, epoch, present) => {
    for (const region of [HOME, STANDBY]) database(region).at(present);
    world.setControl({ epoch });
    await tick();
    const above = Math.max(epoch, present) + EPOCH_JUMP;
    expect(world.control).toMatchObject({ active: HOME, target: null, epoch: above });
    expect(database(HOME).epoch).toBe(above);
    expect(published()[0]!.reason).toMatch(
      new RegExp(`had epoch ${epoch}, the database ${present}$`),
    );
    expect(world.callsOf({ service: "rds", command: "FailoverGlobalCluster" })).toEqual([]);
  });

  it("if the standby is active", async () => {
    atStandby(world);
    world.setControl({ epoch: 7 });
    await tick();
    expect(world.control).toMatchObject({ active: STANDBY, epoch: 7 + EPOCH_JUMP });
  });

  it("but not if settled orders are recorded under the epoch: the database is not asked", async () => {
    const before = world.control;
    await tick();
    expect(world.control).toEqual(before);
    expect(world.callsOf({ service: "lambda" })).toEqual([]);
  });

  it("but not if the database does not answer", async () => {
    world.setControl({ epoch: 7 });
    world.mishap({ service: "lambda", command: "Invoke" }, "hangs");
    await tick();
    expect(world.control).toMatchObject({ active: HOME, epoch: 7 });
  });

  it("but not if the control item has changed since the database was asked", async () => {
    world.setControl({ epoch: 7 });
    const { version } = world.control!;
    world.beforeCall = ({ service }) => {
      if (service === "lambda") world.setControl({ epoch: 1, version: version + 1 });
    };
    await tick();
    expect(world.control).toMatchObject({ active: HOME, epoch: 1, version: version + 1 });
  });
});

it("an order that another epoch settled is settled again under the new one", async () => {
  for (const region of [HOME, STANDBY]) database(region).at(5);
  world.put(openItem(1, world.nowMs, { settledEpoch: 5 }));
  deleteControl();
  await tick();
  await world.play(createOrderProcessor(world.runtime(HOME))(batch(stored(1, world.nowMs))));
  expect(world.item<OrderItem>(`order#${orderId(1)}`)!.settledEpoch).toBe(5 + EPOCH_JUMP);
});

it.each([2_147_483_647, 2 + EPOCH_STEP_MAX])("an activation of epoch %i is refused", async (n) => {
  const activate = createDbMigration(world.runtime(HOME))({ activate: n });
  expect(await world.play(activate)).toEqual({ status: "superseded", epoch: 1 });
  expect(database(HOME).epoch).toBe(1);
});

describe("a malformed control item counts as unreadable", () => {
  beforeEach(() => void world.setControl({ epoch: 1.5 }));

  it("for order-processor: every message comes back, and no order changes", async () => {
    world.put(openItem(1, world.nowMs));
    const process = createOrderProcessor(world.runtime(HOME));
    const answer = await world.play(process(batch(stored(1, world.nowMs), "nonsense")));
    const failed = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    expect(failed).toEqual(["m0", "m1"]);
    expect(world.told("sql", "sqs")).toEqual([]);
    expect(world.item(`order#${orderId(1)}`)).toMatchObject({ shard: openItem(1, 0).shard });
  });

  it("for order-api: an order is accepted, without a hint", async () => {
    const answer = await world.play(createOrderApi(world.runtime(HOME))(post(order(1))));
    expect(answer.statusCode).toBe(202);
    expect(world.told("sqs")).toEqual([]);
  });

  it("for health: the region is not well, and the latch is not set", async () => {
    const health = createHealth(world.runtime(HOME));
    const ask = (path: string) => world.play(health({ path, queryStringParameters: null }));
    expect((await ask("/health")).statusCode).toBe(503);
    expect((await ask("/failover-latch")).statusCode).toBe(404);
  });

  it("for settlement-sweep: it fails, which alarms", async () => {
    const sweep = createSettlementSweep(world.runtime(HOME));
    const work = world.play(sweep({ trigger: "schedule" }, world.invocation(50)));
    await expect(work).rejects.toThrow("the control item is malformed in epoch");
  });
});
