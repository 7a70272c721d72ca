import { HOME, Live } from "../harness/live";
import { Books, newOrders } from "../harness/orders";
import type { Sandbox } from "../harness/sandbox";
import { TokenGate } from "../harness/tokenGate";
import { APPLICATION_USER, hintBody } from "../shipped";

/** Stands for the 15 minutes of RDS. A token's time has no fractions of a second. */
const LIFETIME_MS = 3_000;

let live: Live;
let books: Books;
let gate: TokenGate;
let sandbox: Sandbox;

beforeAll(async () => {
  live = await Live.start();
  books = new Books(live);
  await live.activateDatabase(1);
  books.activate(HOME, 1);
  gate = await TokenGate.start({
    postgres: live.postgres,
    tls: live.tls,
    user: APPLICATION_USER,
    host: "localhost:5432",
    secretAccessKey: "example",
  });
  gate.lifetimeMs = LIFETIME_MS;
  sandbox = await live.sandbox("orderProcessor", HOME, {
    databasePort: await gate.listen(),
    cpuShare: 1,
  });
}, 120_000);

afterAll(async () => {
  await gate.stop();
  await live.stop();
});

/** A batch of one order. Returns whether it was settled. */
async function settle(): Promise<boolean> {
  const [order] = newOrders(1) as [ReturnType<typeof newOrders>[number]];
  books.accept([order]);
  const Records = [{ messageId: "1", body: hintBody([order.order.orderId]) }];
  const outcome = await sandbox.invoke({ Records });
  if (outcome.kind !== "answered") throw new Error(JSON.stringify(outcome));
  return books.item(order)?.settledEpoch === 1;
}

test("a new connection has a new token, so the first batch after a thaw is settled", async () => {
  expect(await settle()).toBe(true);
  // The sandbox is frozen meanwhile, the connection idle, and its token expires.
  await new Promise((resolve) => setTimeout(resolve, LIFETIME_MS + 1_000));
  expect(await settle()).toBe(true);
  expect(new Set(gate.sent.map(({ text }) => text)).size).toBe(2);
});

test("a token that RDS takes for expired returns the batch, and the next one is settled", async () => {
  gate.reset();
  gate.lifetimeMs = -1;
  expect(await settle()).toBe(false);
  expect(sandbox.lines.join("\n")).toContain("28P01");
  gate.lifetimeMs = LIFETIME_MS;
  expect(await settle()).toBe(true);
});

test("every token was genuine, and signed for the connection that sent it", () => {
  expect(gate.sent.length).toBeGreaterThan(3);
  for (const { isGenuine, ageMs } of gate.sent) {
    expect(isGenuine).toBe(true);
    expect(ageMs).toBeLessThan(LIFETIME_MS);
  }
});
