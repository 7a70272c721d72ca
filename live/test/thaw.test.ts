import { HOME, Live } from "../harness/live";
import { Books, newOrders } from "../harness/orders";
import { Proxy } from "../harness/proxy";
import type { Outcome, Sandbox } from "../harness/sandbox";
import { CONTROL_CACHE_SECONDS, hintBody } from "../shipped";

let live: Live;
let books: Books;
let proxy: Proxy;
const sandboxes = new Map<string, Sandbox>();

beforeAll(async () => {
  live = await Live.start();
  books = new Books(live);
  live.aws.latencyMs = 5;
  await live.activateDatabase(1);
  books.activate(HOME, 1);
  proxy = new Proxy(live.awsPort);
  const awsPort = await proxy.listen();
  for (const stem of Object.keys(requests)) {
    sandboxes.set(stem, await live.sandbox(stem, HOME, { awsPort, cpuShare: 1 }));
  }
});

afterAll(async () => {
  await live.stop();
  proxy.stop();
});

/** A request to each function, and whether it was answered as it should be. */
const requests: Record<string, () => { event: object; isAnswered: (result: unknown) => boolean }> =
  {
    orderApi: () => {
      const [{ order }] = newOrders(1) as [ReturnType<typeof newOrders>[number]];
      const requestContext = { authorizer: { accountId: order.accountId } };
      return {
        event: { httpMethod: "POST", body: JSON.stringify(order), requestContext },
        isAnswered: hasStatus(202),
      };
    },
    orderProcessor: () => {
      const orders = newOrders(10);
      books.accept(orders);
      const records = orders.map(({ order }) => ({
        messageId: order.orderId,
        body: hintBody([order.orderId]),
      }));
      return {
        event: { Records: records },
        isAnswered: (result) =>
          (result as { batchItemFailures: unknown[] }).batchItemFailures.length === 0,
      };
    },
    health: () => ({
      event: { path: "/v1/health", queryStringParameters: null },
      isAnswered: hasStatus(200),
    }),
  };

const hasStatus =
  (status: number) =>
  (result: unknown): boolean =>
    (result as { statusCode: number }).statusCode === status;

async function succeeds(stem: string): Promise<boolean | Outcome> {
  const { event, isAnswered } = requests[stem]!();
  const outcome = await sandboxes.get(stem)!.invoke(event);
  return (outcome.kind === "answered" && isAnswered(outcome.result)) || outcome;
}

const ledgerReads = (): number =>
  ["GetItem", "BatchGetItem"].reduce(
    (calls, operation) => calls + (live.aws.calls.get(`DynamoDB ${operation}`) ?? 0),
    0,
  );

describe.each(Object.keys(requests))("the first request to %s after a freeze", (stem) => {
  it.each([
    ["closed its connections", () => proxy.finish()],
    ["forgot its connections", () => proxy.forget()],
    ["answers nothing on its connections", () => proxy.silence()],
  ])("succeeds although AWS %s meanwhile", async (_, fail) => {
    expect(await succeeds(stem)).toBe(true);
    fail();
    // Answers that need no call would prove nothing: what health has read is old by then.
    await new Promise((resolve) => setTimeout(resolve, CONTROL_CACHE_SECONDS * 1000));
    const before = ledgerReads();
    expect(await succeeds(stem)).toBe(true);
    expect(ledgerReads()).toBeGreaterThan(before);
  });
});
