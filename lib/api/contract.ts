import openapi from "../../api/openapi.json";
import { CANARY_ORDERS_PATH } from "../../lambda/orders/canaryOrders";
import { RETRY_AFTER_SECONDS } from "../../lambda/orders/tunables";
import { VERDICT_KEPT_SECONDS } from "../platform/tunables";

/** The one description of the API: the gateways, the tests and docs/api.md are made from it. */
export const contract = openapi;

/** Which function answers which operation. */
const answeredBy = {
  placeOrder: "orderApi",
  getOrder: "orderApi",
  getHealth: "health",
  getFailoverLatch: "health",
} as const;

export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operationId: keyof typeof answeredBy;
  readonly answeredBy: (typeof answeredBy)[keyof typeof answeredBy];
  /** Needs no token. */
  readonly isOpen: boolean;
}

/** The ARN with which API Gateway invokes each function. */
export type InvokeArns = Readonly<Record<Operation["answeredBy"] | "authorizer", string>>;

/**
 * The canary orders' own path, so that they do not share a throttle with clients' orders. It is no
 * part of the contract: order-api refuses everyone else there.
 */
export const canaryOperation = {
  path: CANARY_ORDERS_PATH,
  method: "post",
  operationId: "placeCanaryOrder",
} as const;

/** Every operation of the contract. */
export function operations(): Operation[] {
  return Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { operationId: string; security?: object[] }>).map(
      ([method, { operationId, security }]) => {
        if (!(operationId in answeredBy)) {
          const known = Object.keys(answeredBy).join(", ");
          throw new Error(
            `contract: got the operation "${operationId}"; known are ${known}; ` +
              "say in lib/api/contract.ts which function answers it",
          );
        }
        const id = operationId as Operation["operationId"];
        const isOpen = security === undefined;
        return { path, method, operationId: id, answeredBy: answeredBy[id], isOpen };
      },
    ),
  );
}

/**
 * The contract in the form that API Gateway imports. The gateway requires a token and checks that
 * an order is a JSON object. Order-api validates the fields, because it names every wrong one; the
 * gateway can only say that something is wrong.
 */
export function gatewayDocument(invokeArns: InvokeArns): object {
  const { openapi: version, info, paths, components } = structuredClone(contract);
  const methodsOf = paths as unknown as Record<string, Record<string, object>>;
  for (const { path, method, answeredBy } of operations()) {
    Object.assign(methodsOf[path]?.[method] ?? {}, {
      "x-amazon-apigateway-request-validator": "all",
      "x-amazon-apigateway-integration": {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: invokeArns[answeredBy],
      },
    });
  }
  const { path, method, operationId } = canaryOperation;
  const canaryOrders = { [path]: { [method]: { ...paths["/orders"].post, operationId } } };
  return {
    openapi: version,
    info: { title: info.title, version: info.version },
    paths: { ...paths, ...canaryOrders },
    components: {
      securitySchemes: { bearer: tokenAuthorizer(invokeArns.authorizer) },
      schemas: { ...components.schemas, Order: { type: "object" } },
    },
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses(),
  };
}

/** The security scheme `bearer`, as API Gateway expresses it. */
function tokenAuthorizer(invokeArn: string): object {
  return {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": {
      type: "token",
      authorizerUri: invokeArn,
      authorizerResultTtlInSeconds: VERDICT_KEPT_SECONDS,
      // The gateway rejects anything but a bearer token without an invocation. Schemes are
      // case-insensitive (RFC 7235).
      identityValidationExpression: "^[Bb][Ee][Aa][Rr][Ee][Rr] +\\S+$",
    },
  };
}

/**
 * The API that Route 53 asks for a region's health. Route 53 takes any answer but 2xx and 3xx for a
 * failure, so a throttled request is answered with 200: it says nothing about the region. All APIs of
 * the account share a throttle, so a method of its own does not suffice.
 */
export function healthCheckDocument(invokeArn: string): object {
  const integration = { type: "aws_proxy", httpMethod: "POST", uri: invokeArn };
  return {
    openapi: contract.openapi,
    info: { title: "Health checks", version: contract.info.version },
    paths: { "/health": { get: { "x-amazon-apigateway-integration": integration } } },
    "x-amazon-apigateway-gateway-responses": {
      THROTTLED: gatewayResponse(200, { throttled: true }),
    },
  };
}

function gatewayResponse(statusCode: number, body: object, headers: Record<string, string> = {}) {
  return {
    statusCode,
    responseTemplates: { "application/json": JSON.stringify(body) },
    responseParameters: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        `gatewayresponse.header.${name}`,
        `'${value}'`,
      ]),
    ),
  };
}

/** The responses of the gateway itself, with the contract's status codes and error format. */
function gatewayResponses(): object {
  const answer = (statusCode: number, error: string, headers?: Record<string, string>) =>
    gatewayResponse(statusCode, { error }, headers);
  const badToken = answer(401, "the bearer token is missing or no longer good", {
    "WWW-Authenticate": "Bearer",
  });
  const retryAfter = { "Retry-After": String(RETRY_AFTER_SECONDS) };
  return {
    UNAUTHORIZED: badToken,
    // The authorizer denies only bad tokens. For another account's order, order-api responds.
    ACCESS_DENIED: badToken,
    // API Gateway uses this name for unknown paths.
    MISSING_AUTHENTICATION_TOKEN: answer(404, "no such path"),
    BAD_REQUEST_BODY: answer(400, "the body is no JSON object"),
    BAD_REQUEST_PARAMETERS: answer(400, "a parameter is missing"),
    REQUEST_TOO_LARGE: answer(413, "the body is too large"),
    UNSUPPORTED_MEDIA_TYPE: answer(415, "the body is not application/json"),
    THROTTLED: answer(429, "too many requests; retry the same orderId", retryAfter),
    // Also if a token cannot be verified or a function crashes: a retry may succeed.
    DEFAULT_5XX: answer(503, "no answer; retry the same orderId", retryAfter),
  };
}
