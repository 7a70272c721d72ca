import type { APIGatewayAuthorizerResult } from "aws-lambda";
import type { HttpAnswer, HttpRequest } from "../shipped";
import type { ApiDescription, AuthorizerDescription, RouteDescription } from "../description/apis";
import { mayInvoke } from "../description/functions";
import { fixedAssumptions } from "../fixedAssumptions";
import type { Base } from "./base";
import { type Call, type Destination, Exchange, type RouteCounts } from "./exchange";
import type { Outcome } from "./environment";
import type { RequestAnswer } from "./hooks";
import type { Lambda } from "./lambda";
import type { Place } from "./network";
import { type Limit, TokenBucket } from "./tokenBucket";

/** An authorizer's result for a token, cached for a while. */
interface Verdict {
  untilMs: number;
  /** Undefined if it denies. */
  context: Record<string, unknown> | undefined;
}

type Region = string;

const ACCOUNT_LIMIT: Limit = {
  ratePerSecond: fixedAssumptions.apiAccountRequestsPerSecond.value,
  burst: fixedAssumptions.apiAccountBurst.value,
};

/**
 * The REST APIs of both regions, by host: routes, throttles, and the Lambda functions behind them.
 */
export class ApiGateways {
  private readonly byHost = new Map<string, ApiDescription>();
  private readonly throttles = new Map<RouteDescription | Region, TokenBucket>();
  /** By authorizer, then by token. */
  private readonly verdicts = new Map<string, Map<string, Verdict>>();
  /** Of the routes that alarms watch. */
  private readonly counts = new Map<RouteDescription, RouteCounts>();
  /** Parsed URLs: the same few are requested thousands of times. */
  private readonly known = {
    GET: new Map<string, Destination>(),
    POST: new Map<string, Destination>(),
  };

  /**
   * Called for every request. The function that it returns is called with the answer, if there is
   * one.
   */
  onRequest: (request: HttpRequest) => ((answer: HttpAnswer) => void) | undefined = () => undefined;

  constructor(
    private readonly base: Base,
    private readonly lambda: Lambda,
  ) {
    for (const api of base.program.apis) this.byHost.set(api.host, api);
  }

  /** The API with this host name. */
  find(host: string): ApiDescription | undefined {
    return this.byHost.get(host);
  }

  /** Counts from now on what a route answers, which is given as `POST /orders`. */
  countsOf(region: string, apiName: string, methodAndPath: string): RouteCounts {
    const apis = [...this.byHost.values()].filter((api) => api.name === apiName);
    const route = apis
      .filter((api) => api.region === region)
      .flatMap(({ routes }) => routes)
      .find(({ method, path }) => `${method} ${path}` === methodAndPath);
    if (route === undefined) throw new Error(`no ${methodAndPath} of ${apiName} in ${region}`);
    const counts = this.counts.get(route) ?? { requests: 0, failures: 0 };
    this.counts.set(route, counts);
    return counts;
  }

  /**
   * Floods a throttle: this share of requests gets no token. If some methods are selected, it
   * applies to their throttles, otherwise to the throttle that all APIs of the account in the
   * region share. @returns a function that ends the flood
   */
  flood(
    region: string,
    refusedShare: number,
    isMeant?: (path: string, method: string) => boolean,
  ): () => void {
    const isHere = (api: ApiDescription): boolean => api.region === region;
    const routes = [...this.byHost.values()].filter(isHere).flatMap((api) => api.routes);
    const throttles = isMeant
      ? routes.filter((route) => isMeant(route.path, route.method))
      : [region];
    const ends = throttles.flatMap((each) => this.bucketOf(each)?.flood(refusedShare) ?? []);
    return () => ends.forEach((end) => end());
  }

  /** Sends a request from a place. `answer` is never called if no answer comes back. */
  request(from: Place, request: HttpRequest, answer: (answer: HttpAnswer) => void): void {
    const answered = this.onRequest(request);
    const destination = this.destinationOf(request);
    if (destination === undefined) return;
    const { base } = this;
    if (!base.network.converses(from, destination.api.region)) return;
    const counts = destination.call && this.counts.get(destination.call.route);
    const exchange = new Exchange(base, from, request, destination, answer, answered, counts);
    const thereMs = exchange.drawTravelMs() + base.draw("warmStartMs");
    base.simulation.after(thereMs, () => {
      if (!base.network.isLost(exchange.region)) this.receive(exchange);
    });
  }

  private destinationOf({ url, method }: HttpRequest): Destination | undefined {
    const known = this.known[method];
    let destination = known.get(url);
    if (destination !== undefined) return destination;
    const slash = url.indexOf("/", 8);
    const api = this.byHost.get(url.slice(8, slash));
    if (api === undefined) return undefined;
    destination = { api, call: findRoute(api, url.slice(slash), method) };
    // A path with an order's id is requested only once.
    if (destination.call?.pathParameters === null) known.set(url, destination);
    return destination;
  }

  private receive(exchange: Exchange): void {
    const { from, region, request, destination } = exchange;
    const { call } = destination;
    if (call === undefined) return exchange.back(403, '{"message":"Missing Authentication Token"}');
    const disturbed = this.base.hooks.request.ask(region, call.path, request.method, from);
    this.disturb(exchange, disturbed, () => this.admit(exchange, call));
  }

  private disturb(exchange: Exchange, by: RequestAnswer | undefined, proceed: () => void): void {
    if (by === undefined) return proceed();
    if (by === "hang") return;
    if ("status" in by) return exchange.back(by.status, by.body);
    this.base.simulation.after(by.delayMs, () => {
      if (!this.base.network.isLost(exchange.region)) proceed();
    });
  }

  private admit(exchange: Exchange, call: Call): void {
    if (this.isThrottled(call)) {
      return exchange.back(call.api.throttledStatus, '{"message":"Too Many Requests"}');
    }
    const { region, request } = exchange;
    const disturbed = this.base.hooks.integration.ask(region, call.path, request.method);
    this.disturb(exchange, disturbed, () => this.carryOut(exchange, call));
  }

  private carryOut(exchange: Exchange, call: Call): void {
    const { route } = call;
    if (!this.mayCall(route.functionArn, route.sourceArn(call.path))) {
      return exchange.back(500, '{"message":"Internal server error"}');
    }
    if (route.authorizer === undefined) return this.integrate(exchange, call, {});
    this.authorize(exchange, call, route.authorizer);
  }

  private mayCall(functionArn: string, source: string): boolean {
    const { account, functions } = this.base.program;
    const handler = functions.get(functionArn);
    return handler !== undefined && mayInvoke(handler, "apigateway.amazonaws.com", source, account);
  }

  /** Uses a cached result, or asks the authorizer. If the authorizer fails, nothing is cached. */
  private authorize(
    exchange: Exchange,
    call: Call,
    { functionArn, cacheMs }: AuthorizerDescription,
  ): void {
    const { api, route, path } = call;
    const authorizationToken = exchange.request.headers?.["Authorization"];
    if (authorizationToken === undefined) return exchange.back(401, '{"message":"Unauthorized"}');
    let verdicts = this.verdicts.get(functionArn);
    if (verdicts === undefined)
      this.verdicts.set(functionArn, (verdicts = new Map<string, Verdict>()));
    const kept = verdicts.get(authorizationToken);
    if (kept !== undefined && kept.untilMs > this.base.nowMs) {
      return this.follow(kept, exchange, call);
    }
    const methodArn = route.sourceArn(path);
    const source = `${methodArn.split("/")[0]}/authorizers/${api.id}`;
    if (!this.mayCall(functionArn, source)) return exchange.back(500, '{"message":null}');
    const event = { type: "TOKEN", authorizationToken, methodArn };
    this.lambda.invoke(functionArn, event, (outcome, by) => {
      const token = authorizationToken.replace(/^Bearer /, "");
      this.base.happened({ kind: "token checked", token, outcome, by });
      if (outcome.how !== "returned") return exchange.back(500, '{"message":null}');
      const { context, policyDocument } = outcome.result as APIGatewayAuthorizerResult;
      const isDenied = policyDocument.Statement.some(({ Effect }) => Effect === "Deny");
      const untilMs = this.base.nowMs + cacheMs;
      const verdict: Verdict = { untilMs, context: isDenied ? undefined : (context ?? {}) };
      verdicts.set(authorizationToken, verdict);
      this.follow(verdict, exchange, call);
    });
  }

  private follow({ context }: Verdict, exchange: Exchange, call: Call): void {
    const { authorizer } = call.route;
    if (context !== undefined) this.integrate(exchange, call, context);
    else exchange.back(authorizer!.deniedStatus, '{"message":"Forbidden"}');
  }

  private integrate(exchange: Exchange, call: Call, context: Record<string, unknown>): void {
    const { functionArn, timeoutMs } = call.route;
    exchange.limit(timeoutMs);
    this.lambda.invoke(functionArn, proxyEvent(call, exchange.request, context), (outcome) => {
      const { status, body } = answerOf(outcome);
      exchange.back(status, body);
    });
  }

  /** Checks the method's own throttle if it has one, otherwise the account's. */
  private isThrottled({ api, route }: Call): boolean {
    return this.isEmpty(route) || this.isEmpty(api.region);
  }

  private isEmpty(throttle: RouteDescription | Region): boolean {
    return this.bucketOf(throttle)?.take() === false;
  }

  private bucketOf(throttle: RouteDescription | Region): TokenBucket | undefined {
    const limit = typeof throttle === "string" ? ACCOUNT_LIMIT : throttle.throttle;
    if (limit === undefined) return undefined;
    let bucket = this.throttles.get(throttle);
    if (bucket === undefined) {
      const { base } = this;
      const uniform = (): number => base.random.stream("throttle").uniform();
      this.throttles.set(throttle, (bucket = new TokenBucket(limit, () => base.nowMs, uniform)));
    }
    return bucket;
  }
}

function findRoute(api: ApiDescription, target: string, method: string): Call | undefined {
  if (!target.startsWith(api.stage, 1)) return undefined;
  const question = target.indexOf("?");
  const path = target.slice(1 + api.stage.length, question < 0 ? undefined : question);
  const queryParameters =
    question < 0 ? null : Object.fromEntries(new URLSearchParams(target.slice(question + 1)));
  for (const route of api.routes) {
    if (route.method !== method) continue;
    if (route.path === path) return { api, route, path, queryParameters, pathParameters: null };
    const pathParameters = match(route.segments, path.split("/").slice(1));
    if (pathParameters !== undefined) return { api, route, path, queryParameters, pathParameters };
  }
  return undefined;
}

function match(
  segments: readonly string[],
  called: readonly string[],
): Record<string, string> | undefined {
  if (segments.length !== called.length) return undefined;
  const parameters: Record<string, string> = {};
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (segment.startsWith("{")) parameters[segment.slice(1, -1)] = called[i]!;
    else if (segment !== called[i]) return undefined;
  }
  return parameters;
}

function proxyEvent(
  { route, path, queryParameters, pathParameters }: Call,
  request: HttpRequest,
  authorizer: Record<string, unknown>,
): object {
  return {
    resource: route.path,
    path,
    httpMethod: request.method,
    headers: request.headers ?? {},
    queryStringParameters: queryParameters,
    pathParameters,
    body: request.body ?? null,
    isBase64Encoded: false,
    requestContext: { httpMethod: request.method, path, resourcePath: route.path, authorizer },
  };
}

/** API Gateway's answer if the function failed, was throttled or returned something invalid. */
function answerOf(outcome: Outcome): HttpAnswer {
  if (outcome.how === "throttled")
    return { status: 500, body: '{"message":"Internal server error"}' };
  if (outcome.how === "timed out") {
    return { status: 504, body: '{"message":"Endpoint request timed out"}' };
  }
  const result = outcome.how === "returned" ? outcome.result : undefined;
  const { statusCode, body = "" } = (result ?? {}) as { statusCode?: number; body?: string };
  if (typeof statusCode !== "number") {
    return { status: 502, body: '{"message":"Internal server error"}' };
  }
  return { status: statusCode, body };
}
