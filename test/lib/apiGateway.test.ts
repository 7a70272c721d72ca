import { createHash } from "node:crypto";
import openapi from "../../api/openapi.json";
import { type Program, loadProgram, regions } from "../helpers/program";

let program: Program;
beforeAll(async () => {
  program = await loadProgram();
});

interface GatewayOperation {
  operationId: string;
  responses: object;
  security?: object[];
  "x-amazon-apigateway-request-validator": string;
  "x-amazon-apigateway-integration": object;
}

interface GatewayDocument {
  openapi: string;
  info: { title: string };
  paths: Record<string, Record<string, GatewayOperation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
  "x-amazon-apigateway-request-validators": object;
}

const routes = [
  ["POST", "/orders", "orderApi", "placeOrder", "/orders"],
  ["GET", "/orders/{orderId}", "orderApi", "getOrder", "/orders/*"],
  ["GET", "/health", "health", "getHealth", "/health"],
  ["GET", "/failover-latch", "health", "getFailoverLatch", "/failover-latch"],
  ["POST", "/canary-orders", "orderApi", "placeCanaryOrder", "/canary-orders"],
] as const;

describe.each(regions)("the API in %s", (token, region) => {
  const api = () => program.one("apigateway/restApi", `api-${token}`);
  const document = () => JSON.parse(String(api().inputs.body)) as GatewayDocument;

  test("is regional and is created from api/openapi.json", () => {
    const { body, ...rest } = api().inputs;
    expect(rest).toEqual({
      name: `dev-orders-${token}`,
      description: "Orders of the trading platform",
      endpointConfiguration: { types: "REGIONAL" },
      failOnWarnings: true,
    });
    expect(typeof body).toBe("string");
    // An import sets the API's name to the title.
    expect(document().info.title).toBe(rest.name);
    expect(Object.keys(document().paths)).toEqual([
      ...Object.keys(openapi.paths),
      "/canary-orders",
    ]);
  });

  test("has exactly these routes", () => {
    const found = Object.entries(document().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(found.sort()).toEqual(routes.map(([method, path]) => `${method} ${path}`).sort());
  });

  test.each(routes)("%s %s -> integration -> permission -> %s", (...route) => {
    const [method, path, stem, operationId, resource] = route;
    const lambda = program.one("lambda/function", `${stem}-${token}`);
    expect(lambda.region).toBe(region);
    const operation = document().paths[path]?.[method.toLowerCase()];
    expect(operation?.operationId).toBe(operationId);
    expect(operation?.["x-amazon-apigateway-request-validator"]).toBe("all");
    expect(operation?.["x-amazon-apigateway-integration"]).toEqual({
      type: "aws_proxy",
      httpMethod: "POST",
      uri: lambda.state.invokeArn,
    });
    expect(program.one("lambda/permission", `api-${token}-${operationId}`).inputs).toEqual({
      action: "lambda:InvokeFunction",
      function: lambda.inputs.name,
      principal: "apigateway.amazonaws.com",
      sourceArn: `${String(api().state.executionArn)}/v1/${method}${resource}`,
    });
  });

  test("POST and GET of orders -> authorizer -> permission -> function of this region", () => {
    const authorizer = program.one("lambda/function", `authorizer-${token}`);
    expect(authorizer.region).toBe(region);
    expect(document().components.securitySchemes).toEqual({
      bearer: {
        type: "apiKey",
        name: "Authorization",
        in: "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
          type: "token",
          authorizerUri: authorizer.state.invokeArn,
          authorizerResultTtlInSeconds: 60,
          identityValidationExpression: "^[Bb][Ee][Aa][Rr][Ee][Rr] +\\S+$",
        },
      },
    });
    const guarded = Object.fromEntries(
      routes.map(([method, path, , operationId]) => [
        operationId,
        document().paths[path]?.[method.toLowerCase()]?.security,
      ]),
    );
    expect(guarded).toEqual({
      placeOrder: [{ bearer: [] }],
      getOrder: [{ bearer: [] }],
      getHealth: undefined,
      getFailoverLatch: undefined,
      placeCanaryOrder: [{ bearer: [] }],
    });
    expect(program.one("lambda/permission", `api-${token}-authorizer`).inputs).toEqual({
      action: "lambda:InvokeFunction",
      function: authorizer.inputs.name,
      principal: "apigateway.amazonaws.com",
      sourceArn: `${String(api().state.executionArn)}/authorizers/*`,
    });
  });

  test("validates parameters and bodies, and leaves an order's fields to order-api", () => {
    expect(document()["x-amazon-apigateway-request-validators"]).toEqual({
      all: { validateRequestBody: true, validateRequestParameters: true },
    });
    expect(document().components.schemas.Order).toEqual({ type: "object" });
    expect(openapi.components.schemas.Order.required).toHaveLength(6);
  });

  test("has one stage with tracing, created after the permissions", () => {
    const stage = program.one("apigateway/stage", `api-${token}`);
    const deployment = program.one("apigateway/deployment", `api-${token}`);
    expect(stage.inputs).toEqual({
      restApi: api().id,
      deployment: deployment.id,
      stageName: "v1",
      xrayTracingEnabled: true,
    });
    const permissions = routes.map(
      ([, , , operationId]) => program.one("lambda/permission", `api-${token}-${operationId}`).urn,
    );
    permissions.push(program.one("lambda/permission", `api-${token}-authorizer`).urn);
    expect(stage.dependencies).toEqual(expect.arrayContaining(permissions));
    expect(deployment.inputs).toEqual({
      restApi: api().id,
      triggers: { contract: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
  });

  test.each([
    ["orders", "*/*", 100, 200],
    ["health", "health/GET", 50, 100],
    ["failover-latch", "failover-latch/GET", 50, 100],
    ["canary-orders", "canary-orders/POST", 50, 100],
  ])("throttles %s separately", (what, methodPath, rate, burst) => {
    expect(program.one("apigateway/methodSettings", `api-${token}-${what}`).inputs).toEqual({
      restApi: api().id,
      stageName: "v1",
      methodPath,
      settings: {
        metricsEnabled: true,
        throttlingRateLimit: rate,
        throttlingBurstLimit: burst,
      },
    });
  });
});

describe.each(regions)("the API for Route 53's health checks in %s", (token, region) => {
  const name = `api-${token}-health-checks`;
  const api = () => program.one("apigateway/restApi", name);
  const health = () => program.one("lambda/function", `health-${token}`);

  test("answers a throttled request as healthy", () => {
    const { body, ...rest } = api().inputs;
    expect(rest).toEqual({
      name: `dev-health-checks-${token}`,
      description: "The region's health, for Route 53",
      endpointConfiguration: { types: "REGIONAL" },
      failOnWarnings: true,
    });
    expect(api().region).toBe(region);
    const { paths, ...document } = JSON.parse(String(body)) as Record<string, object>;
    const uri = health().state.invokeArn;
    const integration = { type: "aws_proxy", httpMethod: "POST", uri };
    const responses = { "200": expect.anything() as object, "503": expect.anything() as object };
    expect(paths).toEqual({
      "/health": { get: { responses, "x-amazon-apigateway-integration": integration } },
    });
    expect(document["x-amazon-apigateway-gateway-responses"]).toEqual({
      THROTTLED: expect.objectContaining({ statusCode: 200 }) as object,
    });
  });

  test("may invoke the function, has a throttle of its own and needs the permission first", () => {
    const permission = program.one("lambda/permission", name);
    expect(permission.inputs).toEqual({
      action: "lambda:InvokeFunction",
      function: health().inputs.name,
      principal: "apigateway.amazonaws.com",
      sourceArn: `${String(api().state.executionArn)}/v1/GET/health`,
    });
    const stage = program.one("apigateway/stage", name);
    expect(stage.inputs).toMatchObject({ restApi: api().id, stageName: "v1" });
    expect(stage.dependencies).toContain(permission.urn);
    expect(program.one("apigateway/methodSettings", name).inputs).toEqual({
      restApi: api().id,
      stageName: "v1",
      methodPath: "health/GET",
      settings: { metricsEnabled: true, throttlingRateLimit: 7, throttlingBurstLimit: 35 },
    });
  });
});

/** Each program takes a second to load. */
let durable: Promise<Program> | undefined;
const loadDurable = () => (durable ??= loadProgram({ config: { retention: "durable" } }));

describe("access logs are", () => {
  const logGroups = (of: Program) =>
    of.all("cloudwatch/logGroup").filter(({ name }) => name.startsWith("api-"));

  test.each([
    ["written with retention durable", { retention: "durable" }, 365],
    ["written if they are configured", { apiAccessLogs: "true" }, 7],
  ])("%s", async (_, config, retentionInDays) => {
    const logged = await loadProgram({ config });
    for (const [token] of regions) {
      const group = logged.one("cloudwatch/logGroup", `api-${token}-access`);
      expect(group.inputs).toEqual({
        name: `/aws/apigateway/dev-orders-${token}`,
        retentionInDays,
      });
      const { accessLogSettings } = logged.one("apigateway/stage", `api-${token}`).inputs as {
        accessLogSettings: { destinationArn: string; format: string };
      };
      expect(accessLogSettings.destinationArn).toBe(group.state.arn);
      expect(JSON.parse(accessLogSettings.format)).toMatchObject({
        accountId: "$context.authorizer.accountId",
        error: "$context.error.message",
        path: "$context.path",
        sourceIp: "$context.identity.sourceIp",
        status: "$context.status",
        tlsVersion: "$context.tlsVersion",
        xrayTraceId: "$context.xrayTraceId",
      });
    }
  });

  test("not written by default", () => {
    expect(logGroups(program)).toEqual([]);
  });

  test("not written with retention durable if they are switched off", async () => {
    const config = { retention: "durable", apiAccessLogs: "false" };
    expect(logGroups(await loadProgram({ config }))).toEqual([]);
  });
});

describe.each(["api-use1", "api-use1-health-checks", "api-use2", "api-use2-health-checks"])(
  "the address of %s",
  (name) => {
    test("accepts TLS 1.2 and 1.3 with retention durable, also after an import", async () => {
      const { inputs } = (await loadDurable()).one("apigateway/restApi", name);
      const policy = "SecurityPolicy_TLS13_1_2_2021_06";
      expect(inputs).toMatchObject({ securityPolicy: policy, endpointAccessMode: "STRICT" });
      expect(JSON.parse(String(inputs.body))).toMatchObject({
        "x-amazon-apigateway-security-policy": policy,
        "x-amazon-apigateway-endpoint-access-mode": "STRICT",
      });
    });

    test("keeps AWS's default otherwise, because a change takes minutes", () => {
      const { inputs } = program.one("apigateway/restApi", name);
      expect(inputs).not.toHaveProperty("securityPolicy");
      expect(inputs.body).not.toContain("security-policy");
    });
  },
);

test.each(["api-use1", "api-use1-health-checks"])(
  "%s is deployed again if its contract or a function's ARN changes, and not otherwise",
  async (name) => {
    const { body } = program.one("apigateway/restApi", name).inputs as { body: string };
    expect(body).toContain(":function:dev-health-use1");
    const deployment = (of: Program) => of.one("apigateway/deployment", name).inputs.triggers;
    const contract = createHash("sha256").update(body).digest("hex");
    expect(deployment(program)).toEqual({ contract });
    expect(deployment(await loadProgram())).toEqual({ contract });
  },
);
