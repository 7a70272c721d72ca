import type { Deployed } from "../harness/program";

/** A response of API Gateway itself. Without a status code, it has that of its kind. */
interface GatewayResponse {
  readonly statusCode?: number;
  readonly responseTemplates: { readonly "application/json": string };
  readonly responseParameters: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  readonly segments: readonly string[];
  readonly resource: string;
  readonly takesBody: boolean;
  /** The token must match it; undefined for an open route. */
  readonly tokenPattern: RegExp | undefined;
  /** Name of the function. */
  readonly functionName: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Operation {
  readonly requestBody?: object;
  readonly security?: readonly object[];
  readonly "x-amazon-apigateway-integration": { readonly uri: string };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly securitySchemes: {
      readonly bearer: {
        readonly "x-amazon-apigateway-authorizer": {
          readonly authorizerUri: string;
          readonly identityValidationExpression: string;
        };
      };
    };
  };
  readonly "x-amazon-apigateway-gateway-responses": Readonly<Record<string, GatewayResponse>>;
}

/** The document that the program gives to API Gateway for the orders API of a region. */
export class ApiDocument {
  readonly routes: readonly Route[];
  /** Name of the function. */
  readonly authorizer: string;
  private readonly document: Document;

  constructor(program: Deployed, region: string) {
    const apis = program.inputsOf("aws:apigateway/restApi:RestApi");
    const [api] = apis.filter(
      ({ resource, inputs }) =>
        resource.region === region && String(inputs.body).includes("/orders"),
    );
    this.document = JSON.parse(String(api?.inputs.body)) as Document;
    const { bearer } = this.document.components.securitySchemes;
    const { authorizerUri, identityValidationExpression } =
      bearer["x-amazon-apigateway-authorizer"];
    this.authorizer = functionIn(authorizerUri);
    const pattern = new RegExp(identityValidationExpression);
    this.routes = Object.entries(this.document.paths).flatMap(([resource, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        method: method.toUpperCase(),
        segments: resource.split("/").slice(1),
        resource,
        takesBody: operation.requestBody !== undefined,
        tokenPattern: operation.security === undefined ? undefined : pattern,
        functionName: functionIn(operation["x-amazon-apigateway-integration"].uri),
      })),
    );
  }

  /** What API Gateway answers by itself. */
  answer(kind: string, status: number): Answer {
    const responses = this.document["x-amazon-apigateway-gateway-responses"];
    const response = responses[kind] ?? responses[status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"]!;
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    for (const [name, value] of Object.entries(response.responseParameters))
      headers[name.replace("gatewayresponse.header.", "")] = value.slice(1, -1);
    return {
      status: response.statusCode ?? status,
      headers,
      body: response.responseTemplates["application/json"],
    };
  }
}

function functionIn(uri: string): string {
  return /:function:([\w-]+)\/invocations$/.exec(uri)![1]!;
}
