import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { APIGatewayAuthorizerResult, APIGatewayProxyResult } from "aws-lambda";
import type { Live } from "../harness/live";
import type { Sandbox } from "../harness/sandbox";
import { type Answer, ApiDocument, type Route } from "./apiDocument";

const STAGE = "v1";
/** API Gateway's limit for a request. */
const REQUEST_MAX_BYTES = 10 * 1024 * 1024;

/**
 * The orders API of a region, over HTTP on the loopback: the document that the program gives to API
 * Gateway, with the functions' sandboxes behind it. It has no throttles.
 */
export class Gateway {
  private readonly document: ApiDocument;
  private readonly server = createServer((request, response) => {
    void this.answer(request).then(({ status, headers, body }) =>
      response.writeHead(status, headers).end(body),
    );
  });
  /** A sandbox runs one invocation at a time, so those of a function queue up. */
  private readonly sandboxes = new Map<string, Promise<Sandbox>>();
  private readonly verdicts = new Map<string, APIGatewayAuthorizerResult>();
  /** Answers so far, by operation and status. */
  readonly answers = new Map<string, number>();

  constructor(
    private readonly live: Live,
    private readonly region: string,
  ) {
    this.document = new ApiDocument(live.program, region);
  }

  /** @returns its address, with the stage. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.server.listen(0, "127.0.0.1", () => {
        const { port } = this.server.address() as AddressInfo;
        resolve(`http://127.0.0.1:${port}/${STAGE}`);
      });
    });
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const found = this.routeOf(request.method ?? "", url.pathname);
    const answer =
      found === undefined
        ? this.document.answer("MISSING_AUTHENTICATION_TOKEN", 403)
        : await this.serve(request, url, ...found);
    const operation = found ? `${found[0].method} ${found[0].resource}` : "no such path";
    const counted = `${operation}: ${answer.status}`;
    this.answers.set(counted, (this.answers.get(counted) ?? 0) + 1);
    return answer;
  }

  private routeOf(method: string, path: string): [Route, Record<string, string>] | undefined {
    const [, stage, ...called] = path.split("/");
    if (stage !== STAGE) return undefined;
    for (const route of this.document.routes) {
      if (route.method !== method || route.segments.length !== called.length) continue;
      const parameters: Record<string, string> = {};
      const fits = route.segments.every((segment, n) => {
        const name = /^\{(\w+)\}$/.exec(segment)?.[1];
        if (name === undefined) return segment === called[n];
        parameters[name] = decoded(called[n]!);
        return called[n] !== "";
      });
      if (fits) return [route, parameters];
    }
    return undefined;
  }

  private async serve(
    request: IncomingMessage,
    url: URL,
    route: Route,
    pathParameters: Record<string, string>,
  ): Promise<Answer> {
    const { document } = this;
    const bytes = await buffer(request);
    if (bytes.length > REQUEST_MAX_BYTES) return document.answer("REQUEST_TOO_LARGE", 413);
    let authorizer: APIGatewayAuthorizerResult["context"];
    if (route.tokenPattern !== undefined) {
      const token = request.headers.authorization ?? "";
      if (!route.tokenPattern.test(token)) return document.answer("UNAUTHORIZED", 401);
      const verdict = await this.verdictOn(token);
      if (verdict === undefined) return document.answer("AUTHORIZER_FAILURE", 500);
      const [statement] = verdict.policyDocument.Statement;
      if (statement?.Effect !== "Allow") return document.answer("ACCESS_DENIED", 403);
      authorizer = verdict.context;
    }
    const body = bytes.toString();
    // A body of another type has no model, so it is passed on as it is.
    const isJson = /^application\/json\b/i.test(
      request.headers["content-type"] ?? "application/json",
    );
    if (route.takesBody && isJson && !isObject(body)) {
      return document.answer("BAD_REQUEST_BODY", 400);
    }
    const query = Object.fromEntries(url.searchParams);
    const result = await this.invoke(route.functionName, {
      httpMethod: route.method,
      resource: route.resource,
      path: url.pathname.slice(`/${STAGE}`.length),
      headers: request.headers,
      queryStringParameters: url.search === "" ? null : query,
      pathParameters: Object.keys(pathParameters).length === 0 ? null : pathParameters,
      body: body === "" ? null : body,
      requestContext: { authorizer: authorizer ?? null },
    });
    if (result === undefined) return document.answer("INTEGRATION_FAILURE", 502);
    const { statusCode, headers = {}, body: answered } = result as APIGatewayProxyResult;
    return { status: statusCode, headers: headers as Record<string, string>, body: answered };
  }

  private async verdictOn(
    authorizationToken: string,
  ): Promise<APIGatewayAuthorizerResult | undefined> {
    const kept = this.verdicts.get(authorizationToken);
    if (kept !== undefined) return kept;
    const methodArn = `arn:aws:execute-api:${this.region}:123456789012:api/${STAGE}/POST/orders`;
    const event = { type: "TOKEN", authorizationToken, methodArn };
    const verdict = (await this.invoke(this.document.authorizer, event)) as
      APIGatewayAuthorizerResult | undefined;
    if (verdict !== undefined) this.verdicts.set(authorizationToken, verdict);
    return verdict;
  }

  /** @returns what the function returned; undefined if it failed. */
  private invoke(name: string, event: object): Promise<unknown> {
    const sandbox = this.sandboxes.get(name) ?? this.startSandbox(name);
    const outcome = sandbox.then((it) => it.invoke(event));
    const next = outcome.then(({ kind }) => (kind === "answered" ? sandbox : undefined));
    this.sandboxes.set(
      name,
      next.then((it) => it ?? this.startSandbox(name)),
    );
    return outcome.then((it) => {
      if (it.kind === "answered") return it.result;
      process.stderr.write(`${name}: ${JSON.stringify(it)}\n`);
      return undefined;
    });
  }

  private startSandbox(name: string): Promise<Sandbox> {
    const stem = this.live.program.stemOf(name);
    return this.live.sandbox(stem, this.region, { cpuShare: 1 });
  }
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
