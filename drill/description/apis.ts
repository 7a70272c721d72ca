import { NotModelledError } from "../../support/aws/errors";
import {
  type Lookup,
  type Properties,
  type Resource,
  json,
  list,
  object,
  optionalText,
  regionOf,
  text,
} from "./lookup";

export interface ApiDescription {
  id: string;
  name: string;
  region: string;
  stage: string;
  /** `<id>.execute-api.<region>.amazonaws.com` */
  host: string;
  routes: readonly RouteDescription[];
  /** What the API answers to a request that a throttle refuses. */
  throttledStatus: number;
}

export interface RouteDescription {
  method: string;
  /** The path as declared, such as `/orders/{orderId}`. */
  path: string;
  /** Segments of the path. A segment in braces matches any text. */
  segments: readonly string[];
  functionArn: string;
  timeoutMs: number;
  /**
   * The source ARN that API Gateway presents when it invokes the function, for the function's
   * permissions.
   */
  sourceArn: (path: string) => string;
  throttle: { ratePerSecond: number; burst: number } | undefined;
  /** The authorizer that checks the token first; undefined on an open route. */
  authorizer: AuthorizerDescription | undefined;
}

export interface AuthorizerDescription {
  functionArn: string;
  /** How long a result is cached. */
  cacheMs: number;
  /** The status with which the gateway answers a Deny. */
  deniedStatus: number;
}

/** One operation of an OpenAPI document, with API Gateway's extension. */
interface Operation {
  "x-amazon-apigateway-integration"?: { uri?: string; timeoutInMillis?: number };
  security?: Record<string, unknown>[];
}

interface Document {
  paths?: Record<string, Record<string, Operation>>;
  components?: { securitySchemes?: Record<string, SecurityScheme> };
  "x-amazon-apigateway-gateway-responses"?: Record<string, { statusCode?: number }>;
}

interface SecurityScheme {
  "x-amazon-apigateway-authorizer"?: {
    authorizerUri?: string;
    authorizerResultTtlInSeconds?: number;
  };
}

const methods = ["get", "post", "put", "patch", "delete"];
const DEFAULT_TIMEOUT_MS = 29_000;
const DEFAULT_VERDICT_SECONDS = 300;

/** The APIs that have a stage. Routes are read from the OpenAPI document of each API. */
export function describeApis(lookup: Lookup): ApiDescription[] {
  lookup.all("aws:wafv2/webAcl:WebAcl").forEach(refuseOtherRules);
  const stages = lookup.all("aws:apigateway/stage:Stage");
  return lookup.all("aws:apigateway/restApi:RestApi").flatMap((api) => {
    const region = regionOf(api);
    return stages
      .filter((stage) => text(stage, "restApi") === api.id)
      .map((stage) => ({
        id: api.id,
        name: text(api, "name"),
        region,
        stage: text(stage, "stageName"),
        host: `${api.id}.execute-api.${region}.amazonaws.com`,
        routes: describeRoutes(lookup, api, stage),
        throttledStatus: throttledStatusOf(json(api, "body") as Document | undefined),
      }));
  });
}

/**
 * Rate rules for /orders need no model: the drill's clients send far less than they admit.
 * @throws NotModelledError if the web ACL may refuse anything else
 */
function refuseOtherRules(acl: Resource): void {
  const isModelled = ({ statement }: { statement?: Properties }): boolean => {
    const rate = statement?.["rateBasedStatement"] as Properties | undefined;
    const { byteMatchStatement } = (rate?.["scopeDownStatement"] ?? {}) as Properties;
    const { searchString } = (byteMatchStatement ?? {}) as Properties;
    return searchString === "/orders";
  };
  const allows = object(acl, "defaultAction")?.["allow"] !== undefined;
  if (allows && list<{ statement?: Properties }>(acl, "rules").every(isModelled)) return;
  throw new NotModelledError(`a rule of ${acl.type} ${acl.name} beside rate rules for /orders`);
}

function throttledStatusOf(document: Document | undefined): number {
  const answers = document?.["x-amazon-apigateway-gateway-responses"];
  return Number(answers?.["THROTTLED"]?.statusCode ?? 429);
}

function describeRoutes(lookup: Lookup, api: Resource, stage: Resource): RouteDescription[] {
  const document = json(api, "body") as Document | undefined;
  return Object.entries(document?.paths ?? {}).flatMap(([path, operations]) =>
    methods
      .filter((method) => operations[method] !== undefined)
      .map((method) => ({
        ...describeRoute(lookup, api, stage, path, method, operations[method]!),
        authorizer: authorizerOf(document, operations[method]!),
      })),
  );
}

/** The authorizer of the operation's first security scheme. */
function authorizerOf(
  document: Document | undefined,
  operation: Operation,
): AuthorizerDescription | undefined {
  const scheme = Object.keys(operation.security?.[0] ?? {})[0];
  if (scheme === undefined) return undefined;
  const found = document?.components?.securitySchemes?.[scheme]?.["x-amazon-apigateway-authorizer"];
  const functionArn = functionOf(found?.authorizerUri);
  if (functionArn === undefined) throw new Error(`the scheme ${scheme} leads to no function`);
  const cacheSeconds = found?.authorizerResultTtlInSeconds ?? DEFAULT_VERDICT_SECONDS;
  const answers = document?.["x-amazon-apigateway-gateway-responses"];
  const deniedStatus = Number(answers?.["ACCESS_DENIED"]?.statusCode ?? 403);
  return { functionArn, cacheMs: cacheSeconds * 1000, deniedStatus };
}

function functionOf(uri: string | undefined): string | undefined {
  return /functions\/(arn:[^/]+)\/invocations$/.exec(uri ?? "")?.[1];
}

function describeRoute(
  lookup: Lookup,
  api: Resource,
  stage: Resource,
  path: string,
  method: string,
  operation: Operation,
): Omit<RouteDescription, "authorizer"> {
  const integration = operation["x-amazon-apigateway-integration"];
  const functionArn = functionOf(integration?.uri);
  if (functionArn === undefined) {
    throw new Error(`${api.name} ${method} ${path}: ${integration?.uri} leads to no function`);
  }
  const account = functionArn.split(":")[4]!;
  const verb = method.toUpperCase();
  const source = `arn:aws:execute-api:${regionOf(api)}:${account}:${api.id}/${text(stage, "stageName")}/${verb}`;
  // Built once, so that the string's hash is computed once.
  const asDeclared = `${source}${path}`;
  return {
    method: verb,
    path,
    segments: path.split("/").slice(1),
    functionArn,
    timeoutMs: integration?.timeoutInMillis ?? DEFAULT_TIMEOUT_MS,
    sourceArn: (called) => (called === path ? asDeclared : `${source}${called}`),
    throttle: throttleOf(lookup, stage, path, verb),
  };
}

/** The most specific method settings with a rate: the method's, otherwise the stage's. */
function throttleOf(
  lookup: Lookup,
  stage: Resource,
  path: string,
  method: string,
): RouteDescription["throttle"] {
  const settings = lookup
    .all("aws:apigateway/methodSettings:MethodSettings")
    .filter(
      (each) =>
        text(each, "restApi") === text(stage, "restApi") &&
        text(each, "stageName") === text(stage, "stageName"),
    );
  const own = path.slice(1);
  for (const methodPath of [`${own}/${method}`, `${own.replaceAll("/", "~1")}/${method}`, "*/*"]) {
    const found = settings.find((each) => optionalText(each, "methodPath") === methodPath);
    const values = found && object(found, "settings");
    const rate = Number(values?.["throttlingRateLimit"] ?? -1);
    if (rate >= 0) {
      return { ratePerSecond: rate, burst: Number(values?.["throttlingBurstLimit"] ?? rate) };
    }
  }
  return undefined;
}
