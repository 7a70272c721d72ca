import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RDSClient } from "@aws-sdk/client-rds";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

/** Clients of one region of the emulator, past the region's proxy. */
export type Clients = ReturnType<typeof clientsOf>;

/** @param account The emulator takes a key of twelve digits for the account's number. */
export function clientsOf(endpoint: string, region: string, account: string) {
  const options = {
    endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: "live" },
    // The emulator's first answers may take a while on a busy machine.
    maxAttempts: 5,
  };
  const dynamodb = new DynamoDBClient(options);
  return {
    region,
    dynamodb,
    documents: DynamoDBDocumentClient.from(dynamodb),
    sqs: new SQSClient(options),
    sns: new SNSClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    secrets: new SecretsManagerClient(options),
    lambda: new LambdaClient(options),
    rds: new RDSClient(options),
    route53: new Route53Client(options),
    cloudwatch: new CloudWatchClient(options),
    events: new EventBridgeClient(options),
    apiGateway: apiGatewayOf(endpoint, region, account),
  };
}

/** Calls API Gateway's REST protocol, for which the project has no client. */
function apiGatewayOf(endpoint: string, region: string, account: string) {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const scope = `${account}/${day}/${region}/apigateway/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  return async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${endpoint}${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`live: ${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text === "" ? "{}" : text) as Answer;
  };
}
