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
import { mockClient } from "aws-sdk-client-mock";
import { perRegion } from "../../../lambda/entry/clients";
import type { Aws } from "../../../scripts/dr/aws";
import { type Deployment, parseDeployment } from "../../../scripts/dr/deployment";
import type { RestRequest } from "../../../scripts/dr/rest";
import type { Tools } from "../../../scripts/dr/tools";
import { cachedCapture } from "../../../support/capture/cachedCapture";
import { FakeCli } from "../fakes";

/** A clock whose timers fire at once: a wait moves the time on. */
class FakeClock {
  constructor(public atMs: number) {}
  nowMs = () => this.atMs;
  timer = (delayMs: number, fire: () => void) => {
    // A timeout of a call that answers must not fire, so only the event loop's next turn does.
    const handle = setImmediate(() => {
      this.atMs += delayMs;
      fire();
    });
    return () => clearImmediate(handle);
  };
}

export const NOW_MS = Date.UTC(2026, 0, 1);
export const HOME = "us-east-1";
export const STANDBY = "us-east-2";

/** The control item while home is active, as an orchestrator answers it. */
export const control = {
  epoch: 4,
  active: HOME as string | null,
  target: null as string | null,
  how: "start",
  sinceMs: NOW_MS - 60_000,
  disarmedUntilMs: 0,
  reason: "first",
};

/** Clients of one region. A test mocks what it expects; everything else answers undefined. */
function clientsOf(region: string) {
  const config = { region };
  const mocks = {
    acm: mockClient(new ACMClient(config)),
    apiGateway: mockClient(new APIGatewayClient(config)),
    cloudwatch: mockClient(new CloudWatchClient(config)),
    dynamodb: mockClient(DynamoDBDocumentClient.from(new DynamoDBClient(config))),
    ec2: mockClient(new EC2Client(config)),
    lambda: mockClient(new LambdaClient(config)),
    rds: mockClient(new RDSClient(config)),
    s3: mockClient(new S3Client(config)),
    secrets: mockClient(new SecretsManagerClient(config)),
    sns: mockClient(new SNSClient(config)),
    sqs: mockClient(new SQSClient(config)),
    xray: mockClient(new XRayClient(config)),
  };
  return mocks;
}

/** Tools with mocked clients, the deployment of the captured program, and everything said and asked. */
export class FakeTools implements Tools {
  readonly said: string[] = [];
  readonly asked: string[] = [];
  readonly inRegion = perRegion(clientsOf);
  readonly iam = mockClient(new IAMClient({ region: HOME }));
  readonly sts = mockClient(new STSClient({ region: HOME }));
  readonly route53 = mockClient(new Route53Client({ region: HOME }));
  readonly clock = new FakeClock(NOW_MS);
  readonly env = {};
  readonly aws: Aws;
  cli = new FakeCli();
  /** What the operator types. */
  typed = "";
  /** What DNS answers. */
  names: string[] = [];

  constructor() {
    const client = (name: keyof ReturnType<typeof clientsOf>) => (region: string) => {
      const mock = this.inRegion(region)[name];
      return { send: mock.send as never };
    };
    const rest = (service: string) => (region: string) => (request: RestRequest) =>
      this.rest(service, region, request);
    this.aws = {
      acm: client("acm"),
      apiGateway: client("apiGateway"),
      cloudwatch: client("cloudwatch"),
      dynamodb: client("dynamodb"),
      ec2: client("ec2"),
      fis: rest("fis"),
      iam: { send: this.iam.send as never },
      lambda: client("lambda"),
      rds: client("rds"),
      route53: { send: this.route53.send as never },
      s3: client("s3"),
      secrets: client("secrets"),
      sns: client("sns"),
      sqs: client("sqs"),
      sts: { send: this.sts.send as never },
      synthetics: rest("synthetics"),
      xray: client("xray"),
    };
  }

  /** Every call to a service without a client. A test answers what it expects. */
  rest = (service: string, region: string, { method, path }: RestRequest): Promise<unknown> =>
    Promise.reject(new Error(`${service} in ${region}: ${method} ${path} is not expected`));
  deployment = async (): Promise<Deployment> => {
    const { outputs } = await cachedCapture({});
    return parseDeployment(JSON.parse(JSON.stringify(outputs)), "the captured program");
  };
  program = (config: Record<string, string>) => cachedCapture({ config });
  say = (line: string) => void this.said.push(line);
  /** What is undone when the process is interrupted. */
  readonly undos = new Set<() => Promise<unknown>>();
  onInterrupt = (undo: () => Promise<unknown>) => {
    this.undos.add(undo);
    return () => void this.undos.delete(undo);
  };
  ask = (question: string) => {
    this.asked.push(question);
    return Promise.resolve(this.typed);
  };
  resolve = () => Promise.resolve(this.names);
  /** Answers by method and the path's last part; anything else gets 404. */
  readonly answers: Record<string, { status: number; body?: string }> = {
    "GET health": { status: 200 },
    "GET failover-latch": { status: 404 },
  };
  http = ({ method, url }: { method: string; url: string }) => {
    const { status, body = "{}" } = this.answers[`${method} ${url.split("/").at(-1)!}`] ?? {
      status: 404,
    };
    return Promise.resolve({ status, body });
  };
}

/** As the SDK throws it when a region does not answer. */
export function silence(): Error {
  return Object.assign(new Error("connect timed out"), { name: "TimeoutError" });
}
