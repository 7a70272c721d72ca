/**
 * What API Gateway does not support in an OpenAPI document: the notes for REST APIs in its developer
 * guide, over the body that is imported.
 */
import type { AwsRequest } from "../convert/convert";
import { isObject, object, objects, text } from "../convert/pascal";
import type { Report } from "../findings";

type Json = Record<string, unknown>;

/** Keywords of a schema that imports ignore or refuse. */
const unsupportedKeywords = new Set([
  ...["discriminator", "example", "exclusiveMinimum", "maxItems", "minItems", "oneOf"],
  ...["readOnly", "deprecated", "nullable", "xml"],
]);
const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch"]);
const segment = /^(\{[A-Za-z0-9._-]+\+?\}|[A-Za-z0-9_.,:-]+)$/;
const parameterKeys = new Set(["name", "in", "required", "type", "description", "schema"]);
/** Of the AWS documentation of gateway responses. */
const responseTypes = new Set([
  ...["ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR"],
  ...["AUTHORIZER_FAILURE", "BAD_REQUEST_PARAMETERS", "BAD_REQUEST_BODY", "DEFAULT_4XX"],
  ...["DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"],
  ...["INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED"],
  ...["REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED"],
  ...["UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"],
]);
const invocation =
  /^arn:aws:apigateway:[a-z0-9-]+:lambda:path\/2015-03-31\/functions\/arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+\/invocations$/;

/** The contracts that the requests import, by resource. */
export function contractsOf(requests: readonly AwsRequest[]): Map<string, Json> {
  const imports = requests.filter(({ operation }) => operation === "apigateway.PutRestApi");
  return new Map(
    imports.map(({ resource, parameters }) => [
      resource,
      JSON.parse(String(parameters["body"])) as Json,
    ]),
  );
}

export function checkContracts(requests: readonly AwsRequest[], report: Report): void {
  for (const [resource, body] of contractsOf(requests)) {
    const check = (rule: string, holds: boolean, message: string) =>
      report.check(rule, resource, holds, message);
    checkPaths(body, check);
    checkSchemas(body, "", check);
    checkSecurity(body, check);
    checkGatewayResponses(body, check);
    check("root security", !("security" in body), "security of the root does not override");
    const servers = objects(body["servers"]);
    check("servers", servers.length <= 1, `${servers.length} servers; only one is used`);
  }
}

type Check = (rule: string, holds: boolean, message: string) => void;

function checkPaths(body: Json, check: Check): void {
  const validators = object(body["x-amazon-apigateway-request-validators"]);
  for (const [path, item] of Object.entries(object(body["paths"]))) {
    for (const part of path.split("/").slice(1)) {
      check("path segment", segment.test(part), `${part} of ${path}`);
    }
    check("reserved path", !/^\/s?ping$/.test(path), path);
    for (const [method, value] of Object.entries(object(item))) {
      check("method", methods.has(method), `${method} ${path}`);
      checkOperation(`${method.toUpperCase()} ${path}`, object(value), validators, check);
    }
  }
}

function checkOperation(name: string, operation: Json, validators: Json, check: Check): void {
  for (const parameter of objects(operation["parameters"])) {
    const at = `${name}: ${String(parameter["name"])}`;
    const place = String(parameter["in"]);
    check("parameter place", ["path", "query", "header"].includes(place), `${at} in ${place}`);
    const ignored = Object.keys(parameter).filter((key) => !parameterKeys.has(key));
    check("parameter attribute", ignored.length === 0, `${at}: ignores ${ignored.join(", ")}`);
    const type = object(parameter["schema"])["type"] ?? "string";
    check("parameter type", type === "string", `${at}: does not validate that it is ${text(type)}`);
  }
  for (const status of Object.keys(object(operation["responses"]))) {
    check("response status", /^[1-5]\d\d$/.test(status), `${name}: ${status}`);
  }
  const validator = operation["x-amazon-apigateway-request-validator"];
  const isKnown = validator === undefined || text(validator) in validators;
  check("request validator", isKnown, `${name}: ${text(validator)} is not defined`);
  const integration = object(operation["x-amazon-apigateway-integration"]);
  check("integration", Object.keys(integration).length > 0, `${name} has none`);
  if (integration["type"] === "aws_proxy") {
    check("integration method", integration["httpMethod"] === "POST", `${name}: Lambda takes POST`);
    const uri = String(integration["uri"]);
    check("integration uri", invocation.test(uri), `${name}: ${uri}`);
  }
}

/** Looks for schemas everywhere. */
function checkSchemas(value: unknown, at: string, check: Check): void {
  if (Array.isArray(value)) {
    value.forEach((item) => checkSchemas(item, `${at}/`, check));
    return;
  }
  if (!isObject(value)) return;
  const isSchema = /\/(schema|schemas\/[^/]+)(\/|$)/.test(at) && !/\/properties$/.test(at);
  for (const [key, item] of Object.entries(value)) {
    if (isSchema) {
      check("keyword", !unsupportedKeywords.has(key), `${key} of ${at}`);
      if (key === "format")
        check("format", !/^int(32|64)$/.test(String(item)), `${String(item)} of ${at}`);
    }
    if (at === "/components/schemas") check("model name", /^[A-Za-z0-9]+$/.test(key), key);
    if (key === "$ref") check("reference", String(item).startsWith("#/"), String(item));
    checkSchemas(item, `${at}/${key}`, check);
  }
}

function checkSecurity(body: Json, check: Check): void {
  const schemes = object(object(body["components"])["securitySchemes"]);
  for (const [name, scheme] of Object.entries(schemes)) {
    const { type, in: place } = object(scheme);
    check("security type", type === "apiKey", `${name} is ${String(type)}`);
    check("security place", place === "header", `${name} is in ${String(place)}`);
    const authorizer = object(object(scheme)["x-amazon-apigateway-authorizer"]);
    const ttl = Number(authorizer["authorizerResultTtlInSeconds"] ?? 300);
    check("authorizer cache", ttl >= 0 && ttl <= 3600, `${name} caches for ${ttl} s`);
    const uri = String(authorizer["authorizerUri"]);
    check("authorizer uri", invocation.test(uri), `${name}: ${uri}`);
  }
  for (const [path, item] of Object.entries(object(body["paths"]))) {
    for (const operation of Object.values(object(item))) {
      const names = objects(object(operation)["security"]).flatMap((each) => Object.keys(each));
      for (const name of names) check("security", name in schemes, `${name} of ${path}`);
    }
  }
}

function checkGatewayResponses(body: Json, check: Check): void {
  const responses = object(body["x-amazon-apigateway-gateway-responses"]);
  for (const [type, value] of Object.entries(responses)) {
    const { statusCode, responseParameters, responseTemplates } = object(value);
    check("gateway response", responseTypes.has(type), type);
    const status = Number(statusCode ?? 400);
    check("gateway status", status >= 100 && status <= 599, `${type}: ${status}`);
    for (const [name, text] of Object.entries(object(responseParameters))) {
      const isHeader = /^gatewayresponse\.header\.[A-Za-z0-9-]+$/.test(name);
      check("gateway header", isHeader && /^('.*'|context\.|method\.)/.test(String(text)), name);
    }
    for (const template of Object.values(object(responseTemplates))) {
      check("gateway template", isJson(String(template)), `${type}: ${String(template)}`);
    }
  }
}

/** Variables of a template stand where JSON allows a text. */
function isJson(template: string): boolean {
  try {
    JSON.parse(template.replace(/"?\$context\.[\w.]+"?/g, '"variable"'));
    return true;
  } catch {
    return false;
  }
}
