import { HOME, Live, STANDBY } from "../harness/live";
import { Books, newOrders } from "../harness/orders";
import type { Sandbox } from "../harness/sandbox";

/** What a minute of 67 orders a second leaves open. */
const ORDERS = 4_000;
const INVOCATIONS_MAX = 3;
/** That of a function of 512 MB. The sweep has more, and must not need it. */
const CPU_SHARE = 0.29;

let live: Live;
let books: Books;

beforeEach(async () => {
  live = await Live.start();
  books = new Books(live);
  live.aws.latencyMs = 25;
});

afterEach(() => live.stop());

/** Invokes until it is done, at most INVOCATIONS_MAX times. */
async function sweepUntil(isDone: () => boolean, sandbox: Sandbox, event: object): Promise<void> {
  for (let n = 0; n < INVOCATIONS_MAX && !isDone(); n++) await sandbox.invoke(event);
}

const orderIds = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const hinted = () => new Set(live.queues.all().flatMap((body) => body.match(orderIds) ?? [])).size;
const closed = () => books.items.filter(({ shard }) => shard?.startsWith("closed#")).length;

/** Orders whose rows the region that is not active has, and that the ledger still holds open. */
async function settledAtHome(): Promise<void> {
  const orders = newOrders(ORDERS, 120);
  await live.activateDatabase(1);
  books.activate(HOME, 1);
  books.accept(orders, { settledEpoch: 1 });
  await books.settle(orders, 1);
}

describe(`settlement-sweep with ${ORDERS} open orders on ${CPU_SHARE} of a CPU`, () => {
  it("re-queues all of them after a takeover", async () => {
    await live.activateDatabase(2);
    books.activate(STANDBY, 2);
    books.accept(newOrders(ORDERS, 120), { settledEpoch: 1 });
    const sandbox = await live.sandbox("settlementSweep", STANDBY, { cpuShare: CPU_SHARE });
    await sweepUntil(() => hinted() === ORDERS, sandbox, { activated: 2 });
    expect(hinted()).toBe(ORDERS);
    expect(sandbox.metric("OpenOrders")[0]).toBe(ORDERS);
  });

  it("closes all of them in the region that is not active", async () => {
    await settledAtHome();
    const sandbox = await live.sandbox("settlementSweep", STANDBY, { cpuShare: CPU_SHARE });
    await sweepUntil(() => closed() === ORDERS, sandbox, { trigger: "schedule" });
    expect(closed()).toBe(ORDERS);
    expect(sandbox.metric("OpenOrders")[0]).toBe(ORDERS);
  });

  it("reports its metrics and keeps what it closed while DynamoDB throttles", async () => {
    await settledAtHome();
    live.settings.writeUnitsPerKey = 10;
    const sandbox = await live.sandbox("settlementSweep", STANDBY, { cpuShare: CPU_SHARE });
    await sandbox.invoke({ trigger: "schedule" });
    expect(closed()).toBeGreaterThan(0);
    expect(closed()).toBeLessThan(ORDERS);
    expect(sandbox.metric("OpenOrders")).toHaveLength(1);
  });
});
