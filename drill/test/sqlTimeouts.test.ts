import { INSERT_ORDERS, PROBE_WRITER, RAISE_EPOCH } from "../../lambda/orders/database";
import { CONNECT_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from "../../lambda/runtime/tunables";
import { databaseError } from "../../support/aws/errors";
import { type ProgramDescription, describeProgram } from "../description/program";
import { Environment } from "../world/environment";
import type { Invocation } from "../world/invocation";
import { World } from "../world/world";
import { cachedCapture } from "../../support/capture/cachedCapture";

const ID = "00000000-0000-4000-8000-000000000001";
const row = { id: ID, account_id: "a", symbol: "S", side: "buy", quantity: "1", fingerprint: "f" };
const values = [1, JSON.stringify([row]), "2026-01-05T09:00:00.000Z"] as const;

/** How long each connection and each statement takes without a fault. */
const DRAWN_MS = 10;
const connectFailed = { atMs: CONNECT_TIMEOUT_MS, error: new Error("timeout expired") };
const statementFailed = {
  atMs: DRAWN_MS + STATEMENT_TIMEOUT_MS,
  error: new Error("Query read timeout"),
};

let program: ProgramDescription;

beforeAll(async () => {
  program = describeProgram((await cachedCapture()).resources);
}, 60_000);

afterEach(() => jest.restoreAllMocks());

/** Home's database under epoch 1, and statements of home's functions. */
function home() {
  const world = new World({ seed: "1", program, handlers: {} });
  jest.spyOn(world.base, "draw").mockReturnValue(DRAWN_MS);
  const { simulation } = world.base;
  const member = world.aurora.members.get(program.homeRegion)!;
  const { state } = member.volume;
  Object.assign(state, { writerEpoch: 1, hasApplicationUser: true });
  const ofHome = (stem: string) =>
    [...program.functions.values()].find(
      (each) => each.stem === stem && each.region === program.homeRegion,
    )!;
  /** What the client receives, and after how many milliseconds. */
  const ask = (stem: "orderProcessor" | "dbMigration", text: string, given: readonly unknown[]) => {
    const environment = new Environment(ofHome(stem), world.base);
    // An invocation is in progress, so answers are delivered to it.
    environment.invocation = {} as Invocation;
    const sql = world.aurora.sql(environment, {
      endpoint: member.cluster.endpoint,
      database: environment.description.environment["DATABASE_NAME"]!,
      as: stem === "dbMigration" ? "master" : "application",
    });
    const said: { atMs?: number; rows?: object[]; error?: unknown } = {};
    const askedMs = simulation.nowMs;
    const noteEnd = (end: object) =>
      Object.assign(said, { atMs: simulation.nowMs - askedMs, ...end });
    void sql<object>(text, given).then(
      (rows) => noteEnd({ rows }),
      (error: unknown) => noteEnd({ error }),
    );
    return { said, environment };
  };
  return {
    world,
    state,
    insert: () => ask("orderProcessor", INSERT_ORDERS, values),
    raise: () => ask("dbMigration", RAISE_EPOCH, [2]),
    ask,
    run: (ms: number) => simulation.run(simulation.nowMs + ms),
    /** Delays statements and their commits by this much. Returns a function that ends the delay. */
    slow: (ms: number) => world.base.hooks.statement.add(() => ms),
    takeDown: () => {
      member.isDown = true;
      member.volume.dropSessions();
    },
    takeUp: () => void (member.isDown = false),
  };
}

it("answers in time", async () => {
  const { insert, run } = home();
  const { said } = insert();
  await run(60_000);
  expect(said).toEqual({ atMs: 2 * DRAWN_MS, rows: [{ held: true, inserted: [ID] }] });
});

it.each(["orderProcessor", "dbMigration"] as const)(
  "fails a connection of %s to a writer that is down",
  async (stem) => {
    const { ask, run, takeDown, takeUp } = home();
    takeDown();
    const { said } = ask(stem, PROBE_WRITER, []);
    await run(CONNECT_TIMEOUT_MS - 1);
    expect(said).toEqual({});
    takeUp();
    await run(60_000);
    expect(said).toEqual(connectFailed);
  },
);

it("sends nothing on a connection that opens too late", async () => {
  const { world, state, insert, run } = home();
  world.base.hooks.connect.add(() => ({ delayMs: CONNECT_TIMEOUT_MS }));
  const { said } = insert();
  await run(60_000);
  expect(said).toEqual(connectFailed);
  expect(state.rows.size).toBe(0);
});

it("sends nothing while its function is frozen", async () => {
  const { state, insert, run } = home();
  const { said, environment } = insert();
  environment.freeze();
  await run(60_000);
  expect(state.rows.size).toBe(0);
  environment.thaw();
  await run(60_000);
  expect(said).toEqual({
    atMs: 60_000 + DRAWN_MS,
    rows: [{ held: true, inserted: [ID] }],
  });
});

it("fails a statement with a row that the database refuses, and writes none of its rows", async () => {
  const { world, state, ask, run } = home();
  const refused = databaseError("23514", "violates check constraint");
  world.base.hooks.row.add(({ side }) => (side === "sell" ? refused : undefined));
  const rows = [row, { ...row, id: ID.replace(/1$/, "2"), side: "sell" }];
  const { said } = ask("orderProcessor", INSERT_ORDERS, [1, JSON.stringify(rows), values[2]]);
  await run(60_000);
  expect(said).toEqual({ atMs: 2 * DRAWN_MS, error: refused });
  expect(state.rows.size).toBe(0);
});

it("fails a statement whose instances go down, and rolls it back", async () => {
  const { state, insert, run, slow, takeDown, takeUp } = home();
  slow(3_000);
  const { said } = insert();
  await run(DRAWN_MS + 5);
  takeDown();
  await run(1_000);
  takeUp();
  await run(60_000);
  expect(said).toEqual(statementFailed);
  expect(state.rows.size).toBe(0);
});

it("fails a statement whose commit takes too long, although it still commits", async () => {
  const { world, insert, run, slow } = home();
  const commits: number[] = [];
  const startMs = world.base.nowMs;
  world.base.watch(({ kind }) => {
    if (kind === "rows committed") commits.push(world.base.nowMs - startMs);
  });
  slow(30_000);
  const { said } = insert();
  await run(60_000);
  expect(said).toEqual(statementFailed);
  expect(commits).toEqual([2 * DRAWN_MS + 30_000]);
});

/** Raises the right while an insert holds it for this long. */
async function raisedBehind(commitMs: number) {
  const { state, insert, raise, run, slow } = home();
  const fast = slow(commitMs);
  insert();
  await run(DRAWN_MS);
  fast();
  const { said } = raise();
  await run(60_000);
  return { said, epoch: state.writerEpoch, rows: state.rows.size };
}

it("cancels a statement that waits for a lock longer than a statement may take", async () => {
  expect(await raisedBehind(STATEMENT_TIMEOUT_MS - 2 * DRAWN_MS)).toEqual({
    said: { atMs: STATEMENT_TIMEOUT_MS, rows: [] },
    epoch: 2,
    rows: 1,
  });
  expect(await raisedBehind(STATEMENT_TIMEOUT_MS + DRAWN_MS)).toEqual({
    said: statementFailed,
    epoch: 1,
    rows: 1,
  });
});
