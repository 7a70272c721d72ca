import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "./clock";
import type { CanaryToken, VerifyToken } from "../auth/token";

/** The one thing handlers do with an AWS client; every client makes one attempt per call. */
export type Sender<Client extends { send: unknown }> = Pick<Client, "send">;

/** An answer over HTTP. No answer is a rejection. */
export interface HttpAnswer {
  status: number;
  body: string;
}

export interface HttpRequest {
  method: "GET" | "POST";
  url: string;
  headers?: Record<string, string>;
  body?: string;
}

export type Http = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** One statement on a connection of its own, autocommitted; rejects with the server's error. */
export type Sql = <Row>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** A database of this region: the endpoint is resolved anew for each new connection. */
export interface DatabaseAddress {
  endpoint: string;
  database: string;
  /** The application signs an IAM token; migrations use the master secret. */
  as: "application" | "master";
}

/**
 * Everything a handler may touch beside its event. A handler picks what it needs; `lambda/entry`
 * hands in the real things, the drill simulated ones.
 */
export interface Runtime {
  /** The function's environment, AWS_REGION included. */
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** One line of standard output: structured logs and embedded metrics. */
  write: (line: string) => void;
  http: Http;
  verifyToken: VerifyToken;
  canaryToken: CanaryToken;
  sql: (address: DatabaseAddress) => Sql;
  dynamodb: Sender<DynamoDBDocumentClient>;
  cloudwatch: Sender<CloudWatchClient>;
  eventbridge: (region: string) => Sender<EventBridgeClient>;
  lambda: (region: string) => Sender<LambdaClient>;
  rds: (region: string) => Sender<RDSClient>;
  route53: Sender<Route53Client>;
  s3: Sender<S3Client>;
  sns: (region: string) => Sender<SNSClient>;
  sqs: (region: string) => Sender<SQSClient>;
}

/** What Lambda says about one invocation, as far as handlers use it. */
export interface Invocation {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}
