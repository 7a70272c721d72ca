import * as fc from "fast-check";
import { createOrderApi } from "../../../lambda/handlers/orderApi";
import { createOrderProcessor } from "../../../lambda/handlers/orderProcessor";
import { createSettlementSweep } from "../../../lambda/handlers/settlementSweep";
import type { OrderItem } from "../../../lambda/orders/orderItem";
import { storedOrder } from "../../../lambda/orders/order";
import { databaseError } from "../../../support/aws/errors";
import { batch, order, orderId, post, stored } from "../../helpers/events";
import { orchestrate, steadyWorld } from "../../helpers/failover";
import { type FakeWorld, HOME } from "../../helpers/fakeRuntime";
import { runs } from "../../helpers/observations";

/** Orders that are acknowledged; ids above belong to nobody. */
const numbers = [1, 2, 3, 4, 5];
const anyId = fc.integer({ min: 1, max: 8 }).map(orderId);

/** Something that is wrong with the platform, and not with an order. */
type Wrong =
  | { what: "control"; change: Record<string, unknown> }
  | { what: "no control" }
  | { what: "schema"; code: string; times: number }
  | { what: "right"; epoch: number }
  | { what: "message"; body: string }
  | { what: "item"; item: Record<string, unknown> };

const nonsense = fc.oneof(
  fc.constantFrom<unknown>(null, "x", "", 0, -1, 1.5, 2 ** 31, 2 ** 31 - 1, 7, true, [], {}),
  fc.string(),
);
const anyWrong: fc.Arbitrary<Wrong> = fc.oneof(
  fc.record({
    what: fc.constant("control" as const),
    change: fc.dictionary(
      fc.constantFrom("version", "epoch", "active", "target", "how", "sinceMs", "reason"),
      nonsense,
      { minKeys: 1, maxKeys: 3 },
    ),
  }),
  fc.constant({ what: "no control" as const }),
  fc.record({
    what: fc.constant("schema" as const),
    code: fc.constantFrom("22003", "22P02", "23502", "23514", "23505", "42703", "42P01", "40P01"),
    times: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ what: fc.constant("right" as const), epoch: fc.integer({ min: 0, max: 9 }) }),
  fc.record({
    what: fc.constant("message" as const),
    body: fc.oneof(
      fc.json(),
      fc
        .record({ orderIds: fc.array(fc.oneof(anyId, fc.string())) })
        .map((one) => JSON.stringify(one)),
      fc.integer({ min: 1, max: 8 }).map((n) => JSON.stringify(stored(n, 0, { quantity: "7" }))),
    ),
  }),
  fc.record({
    what: fc.constant("item" as const),
    item: fc
      .tuple(
        fc.integer({ min: 6, max: 8 }),
        fc.dictionary(
          fc.constantFrom("order", "fingerprint", "acceptedAt", "settledEpoch"),
          nonsense,
        ),
      )
      .map(([n, change]) => ({
        pk: `order#${orderId(n)}`,
        shard: "open#3",
        at: "2026-01-05T08:00:00.000Z",
        ...storedOrder(order(n), "2026-01-05T08:00:00.000Z", HOME),
        ...change,
      })),
  }),
);

function apply(world: FakeWorld, wrong: Wrong): void {
  switch (wrong.what) {
    case "control":
      return void world.put({ ...world.item("control"), ...wrong.change, pk: "control" });
    case "no control":
      return void world.services.ledgerAnswer(HOME, "DeleteCommand", {
        TableName: "ledger",
        Key: { pk: "control" },
      });
    case "schema":
      return void world.mishap(
        { service: "sql", command: "INSERT_ORDERS" },
        databaseError(wrong.code, `SECRET ${wrong.code}`),
        wrong.times,
      );
    case "right":
      return void world.services.databases[HOME]!.at(wrong.epoch);
    case "message":
      return void world.services.queue("orders-home").push(wrong.body);
    case "item":
      return world.put({ pk: "", ...wrong.item });
  }
}

/** One batch from each queue of a region, then a minute's sweep. */
async function work(world: FakeWorld, region = HOME): Promise<void> {
  const process = createOrderProcessor(world.runtime(region));
  for (const name of ["orders", "backlog"]) {
    const queue = world.services.queue(`${name}-${region === HOME ? "home" : "standby"}`);
    const bodies = queue.splice(0, 10);
    const { batchItemFailures } = await world.play(process(batch(...bodies)));
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    queue.push(...bodies.filter((_, n) => failed.has(`m${n}`)));
  }
  await world.advance(61);
  const sweep = createSettlementSweep(world.runtime(region));
  await world.play(sweep({ trigger: "schedule" }, world.invocation(50))).catch(() => undefined);
}

const itemOf = (world: FakeWorld, n: number) => world.item<OrderItem>(`order#${orderId(n)}`)!;

/** Orders that are rejected, altered, or no longer in the index although they are not settled. */
async function wronged(world: FakeWorld): Promise<string[]> {
  const problems: string[] = [];
  const api = createOrderApi(world.runtime(HOME));
  for (const n of numbers) {
    const { order: kept, rejectedReason, shard } = itemOf(world, n);
    if (rejectedReason !== undefined) problems.push(`${n} is rejected: ${rejectedReason}`);
    if (shard?.startsWith("open#") !== true) problems.push(`${n} is not in the index: ${shard}`);
    expect(kept).toEqual(order(n));
    const { body } = await world.play(
      api({ ...post(""), httpMethod: "GET", pathParameters: { orderId: orderId(n) } }),
    );
    if (/REJECTED|SECRET/.test(body)) problems.push(body);
  }
  return problems;
}

it("whatever is done to control item, schema and queue, no acknowledged order is rejected or lost", async () => {
  const story = fc.asyncProperty(
    fc.array(anyWrong, { minLength: 1, maxLength: 6 }),
    async (wrongs) => {
      const world = steadyWorld();
      const api = createOrderApi(world.runtime(HOME));
      for (const n of numbers) expect((await world.play(api(post(order(n))))).statusCode).toBe(202);
      for (const wrong of wrongs) {
        apply(world, wrong);
        await work(world);
        expect(await wronged(world)).toEqual([]);
      }
      // The tick makes the control item anew; the schema is repaired.
      apply(world, { what: "no control" });
      world.mishap({ command: "INSERT_ORDERS" }, { lateMs: 0 });
      await world.play(orchestrate(world, { trigger: "tick" }));
      const { active, epoch } = world.control!;
      for (let minute = 0; minute < 4; minute++) await work(world, active!);
      const { rows } = world.services.databases[active!]!;
      for (const n of numbers) {
        expect(rows.get(orderId(n))).toMatchObject({ fingerprint: itemOf(world, n).fingerprint });
        expect(itemOf(world, n).settledEpoch).toBe(epoch);
      }
      for (const id of rows.keys()) expect(world.item(`order#${id}`)).toBeDefined();
    },
  );
  await fc.assert(story, runs(60));
}, 120_000);
