import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { Aws } from "../harness/aws";
import { makeCertificate } from "../harness/certificate";
import { Dynamodb } from "../harness/dynamodb";
import { Queues } from "../harness/queues";

const TableName = "ledger";
const settings = { indexLagMs: 0, writeUnitsPerKey: 5 };
const work = {
  name: "work",
  hashKey: "shard",
  rangeKey: "at",
  projected: new Set(["pk", "shard", "at"]),
};

let directory: string;
let aws: Aws;
let queues: Queues;
let options: ReturnType<typeof optionsOf>;
let ledger: DynamoDBDocumentClient;

/** Clients as the functions make them: one attempt. */
function optionsOf(port: number, certificate: string) {
  return {
    endpoint: `https://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
    maxAttempts: 1,
    requestHandler: { httpsAgent: new Agent({ ca: readFileSync(certificate) }) },
  };
}

beforeEach(async () => {
  directory = mkdtempSync(`${tmpdir()}/aws-`);
  const tls = makeCertificate(directory);
  const tables = [{ name: TableName, hashKey: "pk", rangeKey: undefined, indexes: [work] }];
  queues = new Queues();
  aws = new Aws({ dynamodb: new Dynamodb(tables, settings), queues, secrets: new Map() }, tls);
  options = optionsOf(await aws.listen(), tls.certificate);
  ledger = DynamoDBDocumentClient.from(new DynamoDBClient(options));
});

afterEach(() => {
  aws.stop();
  rmSync(directory, { recursive: true });
});

const put = (pk: string, shard: string, at = "1") =>
  ledger.send(new PutCommand({ TableName, Item: { pk, shard, at, n: 1 } }));

describe("the stand-in for AWS, asked by the SDK's own clients", () => {
  it("stores items, reads them, finds them by the index, and changes them", async () => {
    await put("a", "open#1");
    await ledger.send(
      new UpdateCommand({
        TableName,
        Key: { pk: "a" },
        UpdateExpression: "SET n = :two",
        ConditionExpression: "n = :one",
        ExpressionAttributeValues: { ":one": 1, ":two": 2 },
      }),
    );
    const Key = { pk: "a" };
    const read = await ledger.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    const batch = await ledger.send(
      new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [Key, { pk: "absent" }] } } }),
    );
    const found = await ledger.send(
      new QueryCommand({
        TableName,
        IndexName: "work",
        KeyConditionExpression: "#shard = :shard",
        ExpressionAttributeNames: { "#shard": "shard" },
        ExpressionAttributeValues: { ":shard": "open#1" },
      }),
    );
    const item = { pk: "a", shard: "open#1", at: "1", n: 2 };
    expect([read.Item, batch.Responses?.[TableName]]).toEqual([item, [item]]);
    expect(found.Items).toEqual([{ pk: "a", shard: "open#1", at: "1" }]);
    expect(aws.calls.get("DynamoDB GetItem")).toBe(1);
  });

  it("returns the item that a condition did not hold for", async () => {
    await put("a", "open#1");
    const again = ledger.send(
      new PutCommand({
        TableName,
        Item: { pk: "a" },
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    await expect(again).rejects.toMatchObject({
      name: "ConditionalCheckFailedException",
      Item: { pk: { S: "a" } },
    });
  });

  it("throttles the writes to one key of an index, and no others", async () => {
    const ids = Array.from({ length: 2 * settings.writeUnitsPerKey + 1 }, (_, n) => String(n));
    const outcomes = await Promise.allSettled(ids.map((id) => put(id, "open#1")));
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [(outcome.reason as Error).name] : [],
    );
    expect(new Set(refusals)).toEqual(new Set(["ThrottlingException"]));
    await put("other", "open#2");
  });

  it("queues messages whose hashes the client accepts", async () => {
    const sqs = new SQSClient(options);
    const QueueUrl = `${options.endpoint}/123456789012/orders`;
    const Entries = ["one", "two"].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl }));
    expect(queues.bodies("orders")).toEqual(["one", "two"]);
    expect(Attributes?.ApproximateNumberOfMessages).toBe("2");
  });

  it("takes objects", async () => {
    await new S3Client(options).send(
      new PutObjectCommand({ Bucket: "archive", Key: "a/b.json", Body: "{}" }),
    );
    expect(aws.calls.get("S3 PUT")).toBe(1);
  });
});
