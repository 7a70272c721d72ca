import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { marshall } from "@aws-sdk/util-dynamodb";
import { readOrders } from "../../../lambda/orders/orderItem";
import { openItem, orderId } from "../../helpers/events";

const items = [1, 2, 3].map((n) => marshall(openItem(n, Date.UTC(2026, 0, 1))));

let server: Server;
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ Responses: { ledger: items }, UnprocessedKeys: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
});

afterAll(() => {
  process.env = before;
  server.closeAllConnections();
  server.close();
});

it.each(["1e30", "9007199254740993"])(
  "an item with the number %s is malformed, and the others are read",
  async (settledEpoch) => {
    items[1]!["settledEpoch"] = { N: settledEpoch };
    const { dynamodb } = await import("../../../lambda/entry/dynamodb");
    const runtime = { dynamodb, clock: { nowMs: () => 0, timer: () => () => {} } };
    const ids = [1, 2, 3].map(orderId);
    const { items: found, malformed } = await readOrders(runtime, "ledger", ids);
    expect(found.map(({ order }) => order.orderId)).toEqual([orderId(1), orderId(3)]);
    expect(malformed.map(({ message }) => message)).toEqual([
      `the item order#${orderId(2)} is malformed in settledEpoch; repair it by hand`,
    ]);
  },
);
