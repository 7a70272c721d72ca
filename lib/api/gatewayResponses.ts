import { RETRY_AFTER_SECONDS } from "../../lambda/orders/tunables";

/** A response of API Gateway itself. Without a status code, it keeps its own. */
export function gatewayResponse(
  statusCode: number | undefined,
  body: object,
  headers: Record<string, string> = {},
): object {
  return {
    ...(statusCode !== undefined && { statusCode }),
    responseTemplates: { "application/json": JSON.stringify(body) },
    responseParameters: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        `gatewayresponse.header.${name}`,
        `'${value}'`,
      ]),
    ),
  };
}

const retryAfter = { "Retry-After": String(RETRY_AFTER_SECONDS) };
const badToken = gatewayResponse(
  401,
  { error: "the bearer token is missing or no longer good" },
  { "WWW-Authenticate": "Bearer" },
);
const noPath = gatewayResponse(404, { error: "no such path" });
const tooMany = gatewayResponse(
  429,
  { error: "too many requests; retry the same orderId" },
  retryAfter,
);

/** The responses of the orders API itself, with the contract's status codes and error format. */
export const gatewayResponses: Readonly<Record<string, object>> = {
  UNAUTHORIZED: badToken,
  // The authorizer denies only bad tokens. For another account's order, order-api responds.
  ACCESS_DENIED: badToken,
  // API Gateway uses these names for unknown paths. The latter two expect a signature of AWS in the
  // header with the token.
  MISSING_AUTHENTICATION_TOKEN: noPath,
  INVALID_SIGNATURE: noPath,
  EXPIRED_TOKEN: noPath,
  RESOURCE_NOT_FOUND: noPath,
  BAD_REQUEST_BODY: gatewayResponse(400, {
    error: "invalid order",
    fields: [{ field: "body", problem: "a JSON object" }],
  }),
  REQUEST_TOO_LARGE: gatewayResponse(413, { error: "the body is too large" }),
  THROTTLED: tooMany,
  // The WAF has only rate rules.
  WAF_FILTERED: tooMany,
  DEFAULT_4XX: gatewayResponse(undefined, { error: "the gateway refused the request" }),
  // Also if a token cannot be verified or a function crashes: a retry may succeed.
  DEFAULT_5XX: gatewayResponse(503, { error: "no answer; retry the same orderId" }, retryAfter),
};
