import { HOME, Live } from "../harness/live";
import { Books, newOrders } from "../harness/orders";

let live: Live;

beforeAll(async () => {
  live = await Live.start();
});

afterAll(() => live.stop());

test("an order that order-api accepts gets a row and a mark from order-processor", async () => {
  const books = new Books(live);
  await live.activateDatabase(1);
  books.activate(HOME, 1);
  const [{ order }] = newOrders(1) as [ReturnType<typeof newOrders>[number]];
  const [orderApi, orderProcessor] = [
    await live.sandbox("orderApi", HOME),
    await live.sandbox("orderProcessor", HOME),
  ];

  const accepted = await orderApi.invoke({
    httpMethod: "POST",
    body: JSON.stringify(order),
    requestContext: { authorizer: { accountId: order.accountId } },
  });
  expect(accepted).toMatchObject({ kind: "answered", result: { statusCode: 202 } });

  const hints = live.queues.all().map((body, n) => ({ messageId: String(n), body }));
  const settled = await orderProcessor.invoke({ Records: hints });
  expect(settled).toMatchObject({ kind: "answered", result: { batchItemFailures: [] } });

  const client = await live.postgres.connect();
  const { rows } = await client.query("select id::text as id, account_id from orders");
  await client.end();
  expect(rows).toEqual([{ id: order.orderId, account_id: order.accountId }]);
  expect(books.items).toMatchObject([{ order, settledEpoch: 1 }]);
});
