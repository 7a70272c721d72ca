import { createDbMigration } from "../../../lambda/handlers/dbMigration";
import type { DbMigrationEvent } from "../../../lambda/runtime/events";
import { migrations } from "../../../lambda/orders/migrations";
import { databaseError } from "../../../support/aws/errors";
import { batch, openItem, stored } from "../../helpers/events";
import { createOrderProcessor } from "../../../lambda/handlers/orderProcessor";
import { FakeWorld, HOME, STANDBY } from "../../helpers/fakeRuntime";

let world: FakeWorld;
const database = (region: string) => world.services.databases[region]!;
const run = (event: DbMigrationEvent, region = HOME) =>
  world.play(createDbMigration(world.runtime(region))(event));
const versions = migrations.map(({ version }) => version);
const statements = () => world.callsOf({ service: "sql" }).map((call) => call.command);

beforeEach(() => {
  world = new FakeWorld();
});

describe("an activation", () => {
  it("migrates the schema, raises the epoch and returns the time of the newest row", async () => {
    expect(await run({ activate: 1 })).toEqual({
      status: "activated",
      epoch: 1,
      newestRowAtMs: null,
    });
    expect(statements()).toEqual([
      "PROBE_WRITER",
      "MIGRATIONS_TABLE",
      "READ_MIGRATIONS",
      "MIGRATION 1",
      "MIGRATION 2",
      "RAISE_EPOCH",
      "READ_EPOCH",
    ]);
    world.setControl({ epoch: 1 });
    world.put(openItem(1, world.nowMs));
    const settledMs = world.nowMs + 20;
    const process = createOrderProcessor(world.runtime(HOME));
    await world.play(process(batch(stored(1, world.nowMs))));
    expect(await run({ activate: 2 })).toEqual({
      status: "activated",
      epoch: 2,
      newestRowAtMs: settledMs,
    });
    expect(database(HOME).epoch).toBe(2);
  });

  it("has the same result if repeated, and a lower epoch is superseded", async () => {
    database(HOME).at(4);
    expect(await run({ activate: 4 })).toMatchObject({ status: "activated", epoch: 4 });
    expect(await run({ activate: 3 })).toEqual({ status: "superseded", epoch: 4 });
    expect(database(HOME).epoch).toBe(4);
  });

  it("changes nothing if the database is not the writer", async () => {
    expect(await run({ activate: 2 }, STANDBY)).toEqual({ status: "not the writer" });
    expect(statements()).toEqual(["PROBE_WRITER"]);
    expect(world.callsOf({ service: "sql" })[0]!.on).toBe("standby-writer");
  });

  it.each([
    ["leads nowhere is not the writer", "ENOTFOUND", true],
    ["does not answer is not known to be none", "ECONNREFUSED", false],
  ])("with an endpoint that %s", async (_, code, isKnown) => {
    world.mishap({ service: "sql" }, Object.assign(new Error("connect"), { code }));
    const answer = run({ activate: 2 });
    if (isKnown) expect(await answer).toEqual({ status: "not the writer" });
    else await expect(answer).rejects.toThrow("connect");
  });

  it("fails if the writer is lost meanwhile", async () => {
    database(HOME).at(1);
    world.mishap({ command: "RAISE_EPOCH" }, databaseError("25006", "read-only transaction"), 1);
    await expect(run({ activate: 2 })).rejects.toThrow("read-only transaction");
    expect(database(HOME).epoch).toBe(1);
    expect(await run({ activate: 2 })).toMatchObject({ status: "activated" });
  });
});

describe("a deployment", () => {
  it("applies missing migrations once", async () => {
    expect(await run({ migrate: true })).toEqual({ status: "migrated", applied: versions });
    expect(await run({ migrate: true })).toEqual({ status: "migrated", applied: [] });
    expect(database(HOME).migrated).toEqual(versions);
  });

  it("has nothing to do if the database is not the writer", async () => {
    expect(await run({ migrate: true }, STANDBY)).toEqual({ status: "not the writer" });
    expect(statements()).toEqual(["PROBE_WRITER"]);
  });

  it("does not change the epoch", async () => {
    database(HOME).at(3);
    await run({ migrate: true });
    expect(database(HOME).epoch).toBe(3);
  });
});

describe("a daily invocation", () => {
  it("deletes rows of the canary account that are older than a day and keeps all others", async () => {
    database(HOME).at(1);
    const settledAt = (ageSeconds: number) =>
      new Date(world.nowMs - ageSeconds * 1000).toISOString();
    const row = (id: string, account_id: string, ageSeconds: number) =>
      database(HOME).rows.set(id, { id, account_id, settledAt: settledAt(ageSeconds) } as never);
    row("old canary", "canary", 86_401);
    row("young canary", "canary", 86_399);
    row("old order", "account", 86_401);
    expect(await run({ prune: true })).toEqual({ status: "pruned" });
    expect([...database(HOME).rows.keys()]).toEqual(["young canary", "old order"]);
    expect(await run({ prune: true }, STANDBY)).toEqual({ status: "not the writer" });
  });
});
