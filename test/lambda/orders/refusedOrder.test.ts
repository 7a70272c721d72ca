import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { acceptOrder } from "../../../lambda/orders/orderItem";
import { openItem } from "../../helpers/events";

/** An order that is settled: its numbers are numbers again. */
const there = { ...openItem(1, Date.parse("2026-01-05T09:00:00Z")), settledEpoch: 3 };

let server: Server;
let client: DynamoDBClient;
const asked: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push(JSON.parse(body));
      response.writeHead(400, { "Content-Type": "application/x-amz-json-1.0" });
      const type = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
      const message = "The conditional request failed";
      response.end(JSON.stringify({ __type: type, message, Item: marshall(there) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    maxAttempts: 1,
  });
});

afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

it("the existing order is read from the error of the conditional write by the real client", async () => {
  const { order, acceptedAt, acceptedIn, fingerprint } = there;
  const runtime = {
    dynamodb: DynamoDBDocumentClient.from(client),
    clock: { nowMs: () => 0, timer: () => () => {} },
  };
  const stored = { order, acceptedAt, acceptedIn, fingerprint };
  expect(await acceptOrder(runtime, "ledger", stored)).toEqual(there);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
});
