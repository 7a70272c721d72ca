import { type Declared, textOf } from "../program";
import type { Stage } from "./stage";

type Call = <Answer>(method: string, path: string, body?: object) => Promise<Answer>;

interface Operation {
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content?: Record<string, { schema?: { $ref?: string } }> };
  "x-amazon-apigateway-request-validator"?: string;
  "x-amazon-apigateway-integration"?: Record<string, unknown>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components?: {
    schemas?: Record<string, object>;
    securitySchemes?: Record<string, Record<string, unknown>>;
  };
  "x-amazon-apigateway-request-validators"?: Record<string, object>;
  "x-amazon-apigateway-gateway-responses"?: Record<string, object>;
}

/** Creates the REST APIs call by call: MiniStack cannot import a document. */
export async function createApis({ declarations, clients }: Stage): Promise<void> {
  for (const api of declarations.all("apigateway/restApi:RestApi")) {
    const call = clients(api.region).apiGateway;
    const document = JSON.parse(textOf(api, "body")) as Document;
    // The tag keeps the captured id, so that addresses need no other one.
    await call("POST", "/restapis", {
      name: textOf(api, "name"),
      tags: { "ms-custom-id": api.id },
    });
    const parts = await createParts(call, api, document);
    for (const [path, operations] of Object.entries(document.paths)) {
      const resource = await createResource(call, api, path);
      for (const [method, operation] of Object.entries(operations)) {
        await createMethod(call, `${resource}/methods/${method.toUpperCase()}`, operation, parts);
      }
    }
    await createStages(call, api, declarations.all("apigateway/stage:Stage"));
    for (const each of declarations.all("apigateway/methodSettings:MethodSettings")) {
      if (textOf(each, "restApi") === api.id) await throttle(call, api, each);
    }
  }
}

/** Ids of authorizers and validators by their name in the document. */
interface Parts {
  authorizers: Map<string, string>;
  validators: Map<string, string>;
}

async function createParts(call: Call, api: Declared, document: Document): Promise<Parts> {
  const parts: Parts = { authorizers: new Map(), validators: new Map() };
  const { schemas = {}, securitySchemes = {} } = document.components ?? {};
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    const authorizer = scheme["x-amazon-apigateway-authorizer"] as Record<string, unknown>;
    const { id } = await call<{ id: string }>("POST", `/restapis/${api.id}/authorizers`, {
      ...authorizer,
      name,
      type: String(authorizer["type"]).toUpperCase(),
      identitySource: `method.request.header.${String(scheme["name"])}`,
    });
    parts.authorizers.set(name, id);
  }
  const validators = document["x-amazon-apigateway-request-validators"] ?? {};
  for (const [name, validator] of Object.entries(validators)) {
    const path = `/restapis/${api.id}/requestvalidators`;
    const { id } = await call<{ id: string }>("POST", path, { name, ...validator });
    parts.validators.set(name, id);
  }
  for (const [name, schema] of Object.entries(schemas)) {
    await call("POST", `/restapis/${api.id}/models`, {
      name,
      contentType: "application/json",
      schema: JSON.stringify(schema),
    });
  }
  const answers = document["x-amazon-apigateway-gateway-responses"] ?? {};
  for (const [type, answer] of Object.entries(answers)) {
    const { statusCode, ...rest } = answer as { statusCode?: number };
    const status = statusCode === undefined ? {} : { statusCode: String(statusCode) };
    await call("PUT", `/restapis/${api.id}/gatewayresponses/${type}`, { ...status, ...rest });
  }
  return parts;
}

/** Returns the path of the resource's own address. Parents are created as needed. */
async function createResource(call: Call, api: Declared, path: string): Promise<string> {
  const resources = `/restapis/${api.id}/resources`;
  type Found = { id: string; path: string };
  let { item } = await call<{ item: Found[] }>("GET", `${resources}?limit=500`);
  let parent = item.find((each) => each.path === "/")!;
  for (const pathPart of path.split("/").slice(1)) {
    const own = `${parent.path === "/" ? "" : parent.path}/${pathPart}`;
    parent =
      item.find((each) => each.path === own) ??
      (await call<Found>("POST", `${resources}/${parent.id}`, { pathPart }));
    item = [...item, { ...parent, path: own }];
    parent = { ...parent, path: own };
  }
  return `${resources}/${parent.id}`;
}

async function createMethod(
  call: Call,
  path: string,
  operation: Operation,
  { authorizers, validators }: Parts,
): Promise<void> {
  const [scheme] = Object.keys(operation.security?.[0] ?? {});
  const required = (operation.parameters ?? []).map((parameter) => {
    const where = { query: "querystring", header: "header" }[parameter.in] ?? "path";
    return [`method.request.${where}.${parameter.name}`, parameter.required === true];
  });
  const content = Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => [
    type,
    schema?.$ref?.split("/").at(-1),
  ]);
  await call("PUT", path, {
    authorizationType: scheme === undefined ? "NONE" : "CUSTOM",
    ...(scheme === undefined ? {} : { authorizerId: authorizers.get(scheme) }),
    requestValidatorId: validators.get(operation["x-amazon-apigateway-request-validator"] ?? ""),
    requestParameters: Object.fromEntries(required) as object,
    requestModels: Object.fromEntries(content) as object,
  });
  const { type, ...integration } = operation["x-amazon-apigateway-integration"] ?? {};
  await call("PUT", `${path}/integration`, { ...integration, type: String(type).toUpperCase() });
}

async function createStages(call: Call, api: Declared, stages: readonly Declared[]): Promise<void> {
  for (const stage of stages) {
    if (textOf(stage, "restApi") !== api.id) continue;
    const { id } = await call<{ id: string }>("POST", `/restapis/${api.id}/deployments`, {});
    await call("POST", `/restapis/${api.id}/stages`, {
      stageName: textOf(stage, "stageName"),
      deploymentId: id,
    });
  }
}

async function throttle(call: Call, api: Declared, settings: Declared): Promise<void> {
  const { throttlingRateLimit, throttlingBurstLimit } = settings.inputs["settings"] as Record<
    string,
    number | undefined
  >;
  const declared = textOf(settings, "methodPath");
  const method = declared.slice(declared.lastIndexOf("/"));
  const resource = declared.slice(0, -method.length);
  const path = resource === "*" ? "/*/*" : `/~1${resource.replaceAll("/", "~1")}${method}`;
  const patchOperations = Object.entries({
    "throttling/rateLimit": throttlingRateLimit,
    "throttling/burstLimit": throttlingBurstLimit,
  }).flatMap(([name, value]) =>
    value === undefined ? [] : [{ op: "replace", path: `${path}/${name}`, value: String(value) }],
  );
  const stage = textOf(settings, "stageName");
  await call("PATCH", `/restapis/${api.id}/stages/${stage}`, { patchOperations });
}
