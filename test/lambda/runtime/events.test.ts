import * as fc from "fast-check";
import { createDbMigration } from "../../../lambda/handlers/dbMigration";
import { createSentinel } from "../../../lambda/handlers/sentinel";
import { createSettlementSweep } from "../../../lambda/handlers/settlementSweep";
import { FakeWorld, HOME, STANDBY } from "../../helpers/fakeRuntime";

const world = new FakeWorld();
const runtime = world.runtime(HOME);
const functions = {
  "db-migration": createDbMigration(runtime),
  "settlement-sweep": (event: unknown) =>
    createSettlementSweep(runtime)(event, world.invocation(50)),
  sentinel: createSentinel(world.runtime(STANDBY)),
};
const valid: Record<keyof typeof functions, object[]> = {
  "db-migration": [{ activate: 1 }, { migrate: true }, { prune: true }],
  "settlement-sweep": [{ trigger: "schedule" }, { activated: 1 }],
  sentinel: [{ trigger: "schedule" }],
};
const names = Object.keys(functions) as (keyof typeof functions)[];

describe.each(names)("%s refuses every event but its own, and does nothing", (name) => {
  const refusal = (event: unknown) =>
    Promise.race([
      functions[name](event).then(
        () => undefined,
        (error: Error) => error,
      ),
      new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined))),
    ]);

  async function expectRefused(event: unknown): Promise<void> {
    const error = await refusal(event);
    expect(error?.name).toBe("InvalidEventError");
    expect(error?.message).toMatch(new RegExp(`^${name} refused an event and did nothing: got `));
    expect(world.calls).toEqual([]);
  }

  it.each([
    undefined,
    null,
    [],
    {},
    "schedule",
    { prun: true },
    { prune: "true" },
    { migrate: 1 },
    { activate: "3" },
    { activate: 1.5 },
    { activate: 0 },
    { activate: 2 ** 31 },
    { activated: true },
    { trigger: "tick" },
    { Records: [] },
  ])("%j", expectRefused);

  it.each(valid[name])("%j with another field", (event) =>
    expectRefused({ ...event, dryRun: true }),
  );

  it("any JSON", async () => {
    await fc.assert(fc.asyncProperty(fc.jsonValue(), expectRefused), { numRuns: 300 });
  });
});

it("a refused event is quoted only in part", async () => {
  const event = { prune: "x".repeat(10_000) };
  const error = await createDbMigration(runtime)(event).catch((e: Error) => e);
  expect((error as Error).message.length).toBeLessThan(500);
});
