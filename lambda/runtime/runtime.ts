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

/**
 * The part of an AWS client that handlers use. A client repeats a call only if its connection was
 * lost.
 */
export type Sender<Client extends { send: unknown }> = Pick<Client, "send">;

/** An HTTP response. If there is none, the promise is rejected instead. */
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

/** Runs one statement, which commits by itself, and returns its rows. Rejects with the server's error. */
export type Sql = <Row>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** A database of this region. Each new connection resolves the endpoint again. */
export interface DatabaseAddress {
  endpoint: string;
  database: string;
  /** The user: `application` signs in with an IAM token, `master` with the master secret. */
  as: "application" | "master";
  /** @default STATEMENT_TIMEOUT_MS */
  statementTimeoutMs?: number;
  /** @default - the timeout of the statement */
  lockTimeoutMs?: number;
}

/** What a valid bearer token says. */
export interface Claims {
  /** The account for which the bearer may place and read orders. */
  accountId: string;
}

/**
 * Verifies a bearer token. Calls no other region.
 * @throws TokenError for an invalid token. Any other error means that the token could not be checked.
 */
export type VerifyToken = (token: string) => Promise<Claims>;

/** Signs a short-lived bearer token for the account of the canaries. */
export type CanaryToken = () => Promise<string>;

/**
 * Everything a handler may use beside its event. A handler picks what it needs. `lambda/entry`
 * passes in the real clients, the drill passes in simulated ones.
 */
export interface Runtime {
  /** The function's environment variables, including AWS_REGION. */
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Writes one line to standard output. */
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

/** The part of Lambda's context object that handlers use. */
export interface Invocation {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}
