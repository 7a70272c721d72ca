import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import openapi from "../docs/openapi.json";
import type { LambdaFunction } from "./lambdaFunction";
import type { Platform, Region } from "./platform";

/** First part of every path: the API's version. */
export const STAGE_NAME = "v1";

const ORDERS_RATE_PER_SECOND = 1_000;
const ORDERS_BURST = 2_000;
/** Some 16 checkers, the probes and the canaries: far below this, an idle caller's loop above. */
const OPEN_RATE_PER_SECOND = 50;
const OPEN_BURST = 100;

/** Open to everyone, so with a throttle of their own: a flood of them costs no order its place. */
const openPaths = ["health/GET", "failover-latch/GET"];

/** Which function answers which operation of docs/openapi.json. */
const answeredBy = {
  placeOrder: "orderApi",
  getOrder: "orderApi",
  getHealth: "health",
  getFailoverLatch: "health",
} as const;

export interface ApiGatewayArgs {
  readonly platform: Platform;
  readonly region: Region;
  readonly orderApi: LambdaFunction;
  readonly health: LambdaFunction;
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operationId: keyof typeof answeredBy;
}

/** Every operation of docs/openapi.json. */
function operations(): Operation[] {
  return Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      path,
      method,
      operationId: operationId as Operation["operationId"],
    })),
  );
}

/**
 * docs/openapi.json as API Gateway takes it. The gateway checks that an order is a JSON object and
 * leaves its fields to order-api, which names every offending one; the gateway would name values.
 */
function gatewayDocument(
  invokeArns: Readonly<Record<(typeof answeredBy)[Operation["operationId"]], string>>,
): object {
  const document = structuredClone(openapi) as unknown as {
    paths: Record<string, Record<string, object>>;
    components: { schemas: Record<string, object> };
  };
  document.components.schemas.Order = { type: "object" };
  for (const { path, method, operationId } of operations()) {
    Object.assign(document.paths[path]?.[method] ?? {}, {
      "x-amazon-apigateway-request-validator": "all",
      "x-amazon-apigateway-integration": {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: invokeArns[answeredBy[operationId]],
      },
    });
  }
  return {
    ...document,
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
    },
  };
}

/** A region's own API, complete without the other region. */
export class ApiGateway extends pulumi.ComponentResource {
  /** `https://<id>.execute-api.<region>.amazonaws.com/v1`, without a trailing slash. */
  readonly url: pulumi.Output<string>;
  /** The host in it. */
  readonly host: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: ApiGatewayArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:ApiGateway", name, {}, opts);
    const api = this.createApi();
    const permissions = this.createPermissions(api);
    const stage = this.createStage(api, permissions);
    this.createThrottles(api, stage);

    this.url = stage.invokeUrl;
    this.host = pulumi.interpolate`${api.id}.execute-api.${args.region.name}.amazonaws.com`;
    this.registerOutputs({ url: this.url });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.region.provider };
  }

  private createApi(): aws.apigateway.RestApi {
    const { platform, region, orderApi, health } = this.args;
    const invokeArns = pulumi.output({
      orderApi: orderApi.function.invokeArn,
      health: health.function.invokeArn,
    });
    return new aws.apigateway.RestApi(
      this.name,
      {
        name: platform.nameOf("api", "orders", region),
        description: "Orders of the trading platform",
        endpointConfiguration: { types: "REGIONAL" },
        body: invokeArns.apply((arns) => JSON.stringify(gatewayDocument(arns))),
      },
      this.child,
    );
  }

  private createPermissions(api: aws.apigateway.RestApi): aws.lambda.Permission[] {
    return operations().map(({ path, method, operationId }) => {
      const resource = path.replace(/\{\w+\}/g, "*");
      return new aws.lambda.Permission(
        `${this.name}-${operationId}`,
        {
          action: "lambda:InvokeFunction",
          function: this.args[answeredBy[operationId]].functionName,
          principal: "apigateway.amazonaws.com",
          sourceArn: pulumi.interpolate`${api.executionArn}/${STAGE_NAME}/${method.toUpperCase()}${resource}`,
        },
        this.child,
      );
    });
  }

  private createStage(
    api: aws.apigateway.RestApi,
    permissions: aws.lambda.Permission[],
  ): aws.apigateway.Stage {
    const contract = JSON.stringify(gatewayDocument({ orderApi: "", health: "" }));
    const deployment = new aws.apigateway.Deployment(
      this.name,
      {
        restApi: api.id,
        // A stage serves what was deployed last: deploy again when the contract changes.
        triggers: { contract: createHash("sha256").update(contract).digest("hex") },
      },
      this.child,
    );
    return new aws.apigateway.Stage(
      this.name,
      {
        restApi: api.id,
        deployment: deployment.id,
        stageName: STAGE_NAME,
        xrayTracingEnabled: true,
      },
      // The first health check must not find an API that may not call its functions.
      { ...this.child, dependsOn: permissions },
    );
  }

  private createThrottles(api: aws.apigateway.RestApi, stage: aws.apigateway.Stage): void {
    const throttle = (what: string, methodPath: string, rate: number, burst: number) =>
      new aws.apigateway.MethodSettings(
        `${this.name}-${what}`,
        {
          restApi: api.id,
          stageName: stage.stageName,
          methodPath,
          settings: {
            metricsEnabled: true,
            throttlingRateLimit: rate,
            throttlingBurstLimit: burst,
          },
        },
        this.child,
      );
    throttle("orders", "*/*", ORDERS_RATE_PER_SECOND, ORDERS_BURST);
    for (const path of openPaths) {
      const what = path.replace("/GET", "");
      throttle(what, path, OPEN_RATE_PER_SECOND, OPEN_BURST);
    }
  }
}
