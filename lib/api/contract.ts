import openapi from "../../api/openapi.json";
import { CANARY_ORDERS_PATH } from "../../lambda/orders/canaryOrders";
import { VERDICT_KEPT_SECONDS } from "../platform/tunables";
import { gatewayResponse, gatewayResponses } from "./gatewayResponses";
import type { Tls } from "./tls";

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

/** What an import replaces: without them, it would reset the API's name and its TLS policy. */
export interface ApiSettings {
  /** The API's physical name. */
  readonly name: string;
  readonly tls: Tls;
}

/**
 * The contract in the form that API Gateway imports: only what it uses, so that an import has nothing
 * to warn of. The gateway requires a token and checks that an order is a JSON object. Order-api
 * validates the fields, because it names every wrong one; the gateway can only say that something is
 * wrong.
 */
export function gatewayDocument(settings: ApiSettings, invokeArns: InvokeArns): object {
  const declared = contract.paths as unknown as Record<string, Record<string, DeclaredOperation>>;
  const paths: Record<string, Record<string, object>> = {};
  const add = (operation: Pick<Operation, "path" | "method">, declared: DeclaredOperation) => {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: declared };
  };
  for (const operation of operations()) {
    const { path, method, answeredBy } = operation;
    add(operation, gatewayOperation(declared[path]![method]!, invokeArns[answeredBy]));
  }
  const { operationId } = canaryOperation;
  const placeOrder = contract.paths["/orders"].post;
  add(canaryOperation, gatewayOperation({ ...placeOrder, operationId }, invokeArns.orderApi));
  return {
    ...header(settings),
    paths,
    components: {
      securitySchemes: { bearer: tokenAuthorizer(invokeArns.authorizer) },
      schemas: { Order: { type: "object" } },
    },
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses,
  };
}

function header({ name, tls: { securityPolicy, endpointAccessMode } }: ApiSettings): object {
  return {
    openapi: contract.openapi,
    info: { title: name, version: contract.info.version },
    ...(securityPolicy && { "x-amazon-apigateway-security-policy": securityPolicy }),
    ...(endpointAccessMode && { "x-amazon-apigateway-endpoint-access-mode": endpointAccessMode }),
  };
}

/** An operation of the contract, as far as the gateway uses it. */
interface DeclaredOperation {
  readonly operationId: string;
  readonly security?: object[];
  readonly parameters?: { name: string; in: string; required: boolean }[];
  readonly requestBody?: object;
  readonly responses: Record<string, { description: string }>;
}

function gatewayOperation(declared: DeclaredOperation, invokeArn: string): DeclaredOperation {
  const { operationId, security, parameters, requestBody, responses } = declared;
  return {
    operationId,
    ...(security && { security }),
    // The gateway checks only whether a parameter is present.
    ...(parameters && {
      parameters: parameters.map((each) => ({
        name: each.name,
        in: each.in,
        required: each.required,
        schema: { type: "string" },
      })),
    }),
    ...(requestBody && { requestBody }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { description }]) => [status, { description }]),
    ),
    ...{
      "x-amazon-apigateway-request-validator": "all",
      "x-amazon-apigateway-integration": { type: "aws_proxy", httpMethod: "POST", uri: invokeArn },
    },
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
export function healthCheckDocument(settings: ApiSettings, invokeArn: string): object {
  const integration = { type: "aws_proxy", httpMethod: "POST", uri: invokeArn };
  const responses = { "200": { description: "Healthy" }, "503": { description: "Not healthy" } };
  return {
    ...header(settings),
    paths: { "/health": { get: { responses, "x-amazon-apigateway-integration": integration } } },
    "x-amazon-apigateway-gateway-responses": {
      THROTTLED: gatewayResponse(200, { throttled: true }),
    },
  };
}
