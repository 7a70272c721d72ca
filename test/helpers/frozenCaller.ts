/**
 * Calls the services of its environment as a function does. Reads a number of calls from each line
 * of standard input, and writes a line with the outcomes. A process of its own, so that a test can
 * freeze it.
 */
import { createInterface } from "node:readline";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { dynamodb } from "../../lambda/entry/dynamodb";
import { http } from "../../lambda/entry/http";
import { lambda } from "../../lambda/entry/lambda";
import { s3 } from "../../lambda/entry/s3";
import { sqs } from "../../lambda/entry/sqs";

const url = process.env["AWS_ENDPOINT_URL"]!;
const region = "us-east-1";

const calls: Record<string, (abortSignal: AbortSignal) => Promise<unknown>> = {
  DynamoDB: (abortSignal) =>
    dynamodb.send(new GetCommand({ TableName: "ledger", Key: { pk: "control" } }), { abortSignal }),
  Lambda: (abortSignal) =>
    lambda(region).send(new InvokeCommand({ FunctionName: "sweep" }), { abortSignal }),
  S3: (abortSignal) =>
    s3.send(new PutObjectCommand({ Bucket: "archive", Key: "batch", Body: "{}" }), { abortSignal }),
  SQS: (abortSignal) =>
    sqs(region).send(new GetQueueAttributesCommand({ QueueUrl: `${url}/queue` }), { abortSignal }),
  HTTP: (signal) => http({ method: "GET", url }, signal),
};

/** Calls each service so many times at once. */
async function callEach(times: number): Promise<Record<string, string[]>> {
  const outcomes = Object.entries(calls).map(async ([service, call]) => {
    const made = Array.from({ length: times }, () =>
      call(AbortSignal.timeout(2_000)).then(() => "answered", String),
    );
    return [service, await Promise.all(made)] as const;
  });
  return Object.fromEntries(await Promise.all(outcomes));
}

createInterface({ input: process.stdin }).on("line", (line) => {
  void callEach(Number(line)).then((made) => process.stdout.write(`${JSON.stringify(made)}\n`));
});
