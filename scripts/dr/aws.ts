import { ACMClient } from "@aws-sdk/client-acm";
import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RDSClient } from "@aws-sdk/client-rds";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import { XRayClient } from "@aws-sdk/client-xray";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { perRegion } from "../../lambda/entry/clients";
import { type Rest, createRest } from "./rest";

/** A client as commands use it. Tests hand in mocked ones. */
type Sender<Client extends { send: unknown }> = Pick<Client, "send">;
type InRegion<Client extends { send: unknown }> = (region: string) => Sender<Client>;

/** AWS clients by region, with the operator's own credentials. */
export interface Aws {
  acm: InRegion<ACMClient>;
  apiGateway: InRegion<APIGatewayClient>;
  cloudwatch: InRegion<CloudWatchClient>;
  dynamodb: InRegion<DynamoDBDocumentClient>;
  ec2: InRegion<EC2Client>;
  fis: (region: string) => Rest;
  iam: Sender<IAMClient>;
  lambda: InRegion<LambdaClient>;
  rds: InRegion<RDSClient>;
  route53: Sender<Route53Client>;
  s3: InRegion<S3Client>;
  secrets: InRegion<SecretsManagerClient>;
  sns: InRegion<SNSClient>;
  sqs: InRegion<SQSClient>;
  sts: Sender<STSClient>;
  synthetics: (region: string) => Rest;
  xray: InRegion<XRayClient>;
}

/** A lost region does not answer; a command must say so before the operator loses patience. */
const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** An invocation of the orchestrator may take this long (LOOP_TIMEOUT_SECONDS and a margin). */
const INVOKE_TIMEOUT_MS = 180_000;
const ATTEMPTS_MAX = 2;
/** Route 53 and IAM have their endpoints here. While they are lost, what they would say is unknown. */
const GLOBAL_SERVICES_REGION = "us-east-1";

/** Exported for its test. */
export const timeouts = (requestTimeout: number) => ({
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout,
    // Without it, the SDK prints a warning and waits on (@smithy/node-http-handler).
    throwOnRequestTimeout: true,
  },
});
const options = (region: string) => ({
  region,
  maxAttempts: ATTEMPTS_MAX,
  ...timeouts(REQUEST_TIMEOUT_MS),
});

export function createAws(): Aws {
  return {
    acm: perRegion((region) => new ACMClient(options(region))),
    apiGateway: perRegion((region) => new APIGatewayClient(options(region))),
    cloudwatch: perRegion((region) => new CloudWatchClient(options(region))),
    dynamodb: perRegion((region) =>
      DynamoDBDocumentClient.from(new DynamoDBClient(options(region))),
    ),
    ec2: perRegion((region) => new EC2Client(options(region))),
    fis: perRegion((region) => createRest("fis", region)),
    iam: new IAMClient(options(GLOBAL_SERVICES_REGION)),
    // A second attempt would send a command twice: callers repeat it themselves.
    lambda: perRegion(
      (region) => new LambdaClient({ region, maxAttempts: 1, ...timeouts(INVOKE_TIMEOUT_MS) }),
    ),
    rds: perRegion((region) => new RDSClient(options(region))),
    route53: new Route53Client(options(GLOBAL_SERVICES_REGION)),
    s3: perRegion((region) => new S3Client(options(region))),
    secrets: perRegion((region) => new SecretsManagerClient(options(region))),
    sns: perRegion((region) => new SNSClient(options(region))),
    sqs: perRegion((region) => new SQSClient(options(region))),
    sts: new STSClient(options(GLOBAL_SERVICES_REGION)),
    synthetics: perRegion((region) => createRest("synthetics", region)),
    xray: perRegion((region) => new XRayClient(options(region))),
  };
}

const credentialErrors = [
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
];
const deniedErrors = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];
const silentErrors = ["TimeoutError", "NoAnswerError", "AbortError"];
const networkCodes = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"];

/** One line that says what an error of AWS means to the operator, and what to do. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  // The SDK's own errors begin with the module that they come from.
  const line = message.split("\n")[0]!.replace(/^@smithy\S+ - \[ERROR\] /, "");
  if (credentialErrors.includes(name)) {
    return `no valid AWS credentials (${line}); sign in, or set AWS_PROFILE, and repeat`;
  }
  if (deniedErrors.includes(name)) return `these credentials may not do it: ${line}`;
  if (isSilence(error)) return `no answer: ${line}`;
  // What the SDK makes of an answer that it does not understand.
  if (line === "UnknownError") return `the answer gives no reason (HTTP ${statusOf(error)})`;
  return `${name}: ${line}`;
}

const statusOf = ({ $metadata }: Error & { $metadata?: { httpStatusCode?: number } }) =>
  $metadata?.httpStatusCode ?? "unknown";

/** True if nobody answered, as in a lost region: an answer that says no is something else. */
export function isSilence(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return silentErrors.includes(error.name) || networkCodes.includes(String(code));
}
