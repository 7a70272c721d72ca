import { type Lookup, type Resource, number, object, optionalText, regionOf, text } from "./lookup";

export interface ApiDescription {
  id: string;
  region: string;
  stage: string;
  /** `<id>.execute-api.<region>.amazonaws.com` */
  host: string;
  /** For permissions: `arn:aws:execute-api:<region>:<account>:<id>`. */
  executionArn: string;
  routes: readonly RouteDescription[];
}

export interface RouteDescription {
  method: string;
  /** As declared: `/orders/{orderId}`. */
  path: string;
  /** Segments of the path; a text in braces takes any. */
  segments: readonly string[];
  functionArn: string;
  timeoutMs: number;
  throttle: { ratePerSecond: number; burst: number } | undefined;
}

export function describeApis(lookup: Lookup): ApiDescription[] {
  const integrations = lookup.all("aws:apigateway/integration:Integration");
  const stages = lookup.all("aws:apigateway/stage:Stage");
  return lookup.all("aws:apigateway/restApi:RestApi").flatMap((api) => {
    const id = text(api, "id");
    const region = regionOf(api);
    const paths = pathsOf(lookup, api);
    return stages
      .filter((stage) => text(stage, "restApi") === id)
      .map((stage) => ({
        id,
        region,
        stage: text(stage, "stageName"),
        host: `${id}.execute-api.${region}.amazonaws.com`,
        executionArn: text(api, "executionArn"),
        routes: integrations
          .filter((integration) => text(integration, "restApi") === id)
          .map((integration) => describeRoute(lookup, stage, integration, paths)),
      }));
  });
}

/** Paths by resource id: a REST API is a tree of path parts. */
function pathsOf(lookup: Lookup, api: Resource): Map<string, string> {
  const paths = new Map([[text(api, "rootResourceId"), ""]]);
  const parts = lookup
    .all("aws:apigateway/resource:Resource")
    .filter((part) => text(part, "restApi") === text(api, "id"));
  // A part may be listed before its parent; each round places at least one.
  for (let round = 0; round < parts.length; round++) {
    for (const part of parts) {
      const parent = paths.get(text(part, "parentId"));
      if (parent !== undefined) paths.set(text(part, "id"), `${parent}/${text(part, "pathPart")}`);
    }
  }
  return paths;
}

function describeRoute(
  lookup: Lookup,
  stage: Resource,
  integration: Resource,
  paths: Map<string, string>,
): RouteDescription {
  const path = paths.get(text(integration, "resourceId")) ?? "";
  const method = text(integration, "httpMethod");
  const functionArn = /functions\/(arn:[^/]+)\/invocations$/.exec(text(integration, "uri"))?.[1];
  if (functionArn === undefined) {
    throw new Error(`${integration.name}: ${text(integration, "uri")} leads to no function`);
  }
  return {
    method,
    path: path === "" ? "/" : path,
    segments: path.split("/").slice(1),
    functionArn,
    timeoutMs: number(integration, "timeoutMilliseconds", 29_000),
    throttle: throttleOf(lookup, stage, path, method),
  };
}

/** The most particular method settings that carry a rate: this method's, else the whole stage's. */
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
  const own = `${path.slice(1)}/${method}`;
  for (const methodPath of [own, `${path.slice(1).replaceAll("/", "~1")}/${method}`, "*/*"]) {
    const found = settings.find((each) => optionalText(each, "methodPath") === methodPath);
    const values = found && object(found, "settings");
    const rate = Number(values?.["throttlingRateLimit"] ?? -1);
    if (rate >= 0) {
      return { ratePerSecond: rate, burst: Number(values?.["throttlingBurstLimit"] ?? rate) };
    }
  }
  return undefined;
}
