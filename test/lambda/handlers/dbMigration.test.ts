import { createDbMigration } from "../../../lambda/handlers/dbMigration";
import type { DbMigrationEvent } from "../../../lambda/runtime/events";
import { migrations } from "../../../lambda/orders/migrations";
import { PRUNE_ROWS, PRUNE_SECONDS } from "../../../lambda/orders/tunables";
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
  it("raises the epoch and returns the time of the newest row", async () => {
    database(HOME).at(0);
    expect(await run({ activate: 1 })).toEqual({
      status: "activated",
      epoch: 1,
      newestRowAtMs: null,
    });
    expect(statements()).toEqual(["PROBE_WRITER", "RAISE_EPOCH", "READ_EPOCH"]);
    world.setControl({ epoch: 1 });
    world.put(openItem(1, world.nowMs));
    const settledMs = world.nowMs + 10;
    const process = createOrderProcessor(world.runtime(HOME));
    await world.play(process(batch(stored(1, world.nowMs))));
    expect(await run({ activate: 2 })).toEqual({
      status: "activated",
      epoch: 2,
      newestRowAtMs: settledMs,
    });
    expect(database(HOME).epoch).toBe(2);
  });

  it("does not wait for migrations that are missing", async () => {
    Object.assign(database(HOME), { epoch: 1, migrated: [1] });
    expect(await run({ activate: 2 })).toMatchObject({ status: "activated", epoch: 2 });
    expect(database(HOME).migrated).toEqual([1]);
  });

  it("fails before the first migration", async () => {
    await expect(run({ activate: 1 })).rejects.toThrow("writer_epoch");
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

  const noAnswer = {
    ENOTFOUND: Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }),
    EAI_AGAIN: Object.assign(new Error("getaddrinfo"), { code: "EAI_AGAIN" }),
    ETIMEDOUT: Object.assign(new Error("connect"), { code: "ETIMEDOUT" }),
    "timeout expired": new Error("timeout expired"),
    ECONNREFUSED: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
    "no credentials": new Error("database credentials: no answer after 3000 ms"),
  };

  it.each([
    ["activate", "ENOTFOUND", true],
    ["activate", "EAI_AGAIN", true],
    ["activate", "timeout expired", false],
    ["activate", "ECONNREFUSED", false],
    ["migrate", "ENOTFOUND", true],
    ["migrate", "EAI_AGAIN", true],
    ["migrate", "ETIMEDOUT", true],
    ["migrate", "timeout expired", true],
    ["migrate", "ECONNREFUSED", false],
    ["migrate", "no credentials", false],
  ] as const)("%s with %s is known to be no writer: %s", async (what, error, isKnown) => {
    world.mishap({ service: "sql" }, noAnswer[error]);
    const answer = run(what === "activate" ? { activate: 2 } : { migrate: true });
    if (isKnown) expect(await answer).toEqual({ status: "not the writer" });
    else await expect(answer).rejects.toThrow(noAnswer[error]);
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
  const settledAt = (ageSeconds: number) => new Date(world.nowMs - ageSeconds * 1000).toISOString();
  const row = (id: string, account_id: string, ageSeconds: number) =>
    database(HOME).rows.set(id, {
      id,
      account_id,
      settledAt: settledAt(ageSeconds),
      quantity: "1",
      fingerprint: "f",
      epoch: 1,
    });
  const oldRows = (count: number) => {
    for (let n = 0; n < count; n++) row(`old canary ${n}`, "canary", 86_401);
  };

  beforeEach(() => database(HOME).at(1));

  it("deletes rows of the canary account that are older than a day and keeps all others", async () => {
    row("old canary", "canary", 86_401);
    row("young canary", "canary", 86_399);
    row("old order", "account", 86_401);
    expect(await run({ prune: true })).toEqual({ status: "pruned", rows: 1 });
    expect([...database(HOME).rows.keys()]).toEqual(["young canary", "old order"]);
    expect(await run({ prune: true }, STANDBY)).toEqual({ status: "not the writer" });
  });

  it("deletes no more rows at once than a statement may", async () => {
    oldRows(2 * PRUNE_ROWS + 1);
    expect(await run({ prune: true })).toEqual({ status: "pruned", rows: 2 * PRUNE_ROWS + 1 });
    expect(statements().slice(1)).toEqual(Array.from({ length: 3 }, () => "PRUNE_CANARIES"));
  });

  it("leaves the rest to the next one if its time is up", async () => {
    oldRows(3 * PRUNE_ROWS);
    world.mishap({ command: "PRUNE_CANARIES" }, { lateMs: PRUNE_SECONDS * 600 });
    expect(await run({ prune: true })).toEqual({ status: "pruned", rows: 2 * PRUNE_ROWS });
  });
});
