import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { NotModelledError, serviceError } from "../../support/aws/errors";
import type { TlsFiles } from "../../support/postgres/postgres";
import type { Dynamodb } from "./dynamodb";
import type { Queues } from "./queues";

export interface AwsServices {
  dynamodb: Dynamodb;
  queues: Queues;
  /** Texts of secrets by ARN. */
  secrets: ReadonlyMap<string, string>;
}

/** A request as the protocols carry it: its operation as `DynamoDB GetItem`. */
export interface Request {
  operation: string;
  region: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer that is no JSON of the services here. */
export interface Answer {
  /** @default 200 */
  status?: number;
  text: string;
  headers?: Readonly<Record<string, string>>;
}

/** A connection outlives an invocation, as those of AWS do. */
const KEEP_ALIVE_MS = 60_000;

/**
 * Stands for AWS's endpoints of both regions: speaks the protocols of the services that the handlers
 * call, over HTTPS on the loopback, so that the SDK's own clients do all their work.
 */
export class Aws {
  /** Calls so far by operation, as `DynamoDB GetItem`. */
  readonly calls = new Map<string, number>();
  /** Each call is answered after this time. */
  latencyMs = 0;
  /** Sees each call first, and may answer it. */
  intercept: (request: Request) => Promise<Answer | undefined> = () => Promise.resolve(undefined);
  private readonly server;

  constructor(
    private readonly services: AwsServices,
    tls: TlsFiles,
  ) {
    this.server = createServer(
      { key: readFileSync(tls.key), cert: readFileSync(tls.certificate) },
      (request, response) => void this.serve(request, response),
    );
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** @returns the port on the loopback. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      const { server } = this;
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown) => {
      const text = body === "" ? "" : JSON.stringify(body);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
    };
    try {
      const request = await requestOf(incoming);
      this.calls.set(request.operation, (this.calls.get(request.operation) ?? 0) + 1);
      if (this.latencyMs > 0) await new Promise((done) => setTimeout(done, this.latencyMs));
      const other = await this.intercept(request);
      if (other !== undefined)
        response.writeHead(other.status ?? 200, other.headers).end(other.text);
      else send(200, await this.answer(request));
    } catch (error) {
      const { name, message, ...more } = error as Error;
      if (error instanceof NotModelledError) process.stderr.write(`live: ${message}\n`);
      send(400, { __type: `com.amazonaws#${name}`, message, ...more });
    }
  }

  private answer({ operation, region, body }: Request): unknown {
    const [service = "", action = ""] = operation.split(" ");
    const { dynamodb, queues, secrets } = this.services;
    const input = (): Record<string, unknown> => JSON.parse(body) as Record<string, unknown>;
    switch (service) {
      case "DynamoDB":
        return dynamodb.answer(region, action, input());
      case "SQS":
        return queues.answer(action, input());
      case "SecretsManager": {
        const SecretString = secrets.get(String(input()["SecretId"]));
        if (SecretString !== undefined) return { SecretString };
        throw serviceError("ResourceNotFoundException", "there is no such secret");
      }
      // Objects and asynchronous invocations are only counted.
      case "Lambda":
      case "S3":
        return "";
      default:
        throw new NotModelledError(operation);
    }
  }
}

/** Services by the prefix of the header that names the operation. */
const services: Readonly<Record<string, string>> = {
  DynamoDB_20120810: "DynamoDB",
  AmazonSQS: "SQS",
  secretsmanager: "SecretsManager",
};

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const { headers, method, url: path = "" } = incoming;
  const [prefix = "", action = ""] = String(headers["x-amz-target"] ?? "").split(".");
  // The signature's scope: key, day, region, service.
  const scope = /Credential=[^/]+\/\d+\/([\w-]+)\/([\w-]+)\//.exec(headers.authorization ?? "");
  const [, region = "", signedFor = ""] = scope ?? [];
  const rest = signedFor === "s3" ? "S3" : signedFor === "lambda" ? "Lambda" : signedFor;
  const operation = action === "" ? `${rest} ${method}` : `${services[prefix] ?? prefix} ${action}`;
  return { operation, region, path, headers, body: (await buffer(incoming)).toString() };
}
