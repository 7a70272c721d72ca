import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  CANARY_BURST,
  CANARY_RATE_PER_SECOND,
  OPEN_BURST,
  OPEN_RATE_PER_SECOND,
  ORDERS_BURST_SECONDS,
} from "./platform/tunables";
import { ordersRatePerSecond } from "./platform/throughput";
import { createAccessLog } from "./api/accessLog";
import { canaryOperation, gatewayDocument, operations } from "./api/contract";
import { deployContract } from "./api/deployment";
import { HealthCheckApi } from "./api/healthCheckApi";
import { STAGE_NAME } from "./api/stage";
import { apiTls } from "./api/tls";
import { Waf } from "./api/waf";
import type { LambdaFunction } from "./functions/lambdaFunction";
import { type RegionalArgs, RegionalComponent } from "./platform/component";

export interface ApiGatewayArgs extends RegionalArgs {
  readonly orderApi: LambdaFunction;
  readonly health: LambdaFunction;
  readonly authorizer: LambdaFunction;
}

/** A region's API. It needs nothing of the other region. */
export class ApiGateway extends RegionalComponent<ApiGatewayArgs> {
  readonly api: aws.apigateway.RestApi;
  /** Its `invokeUrl` is `https://<id>.execute-api.<region>.amazonaws.com/v1`. */
  readonly stage: aws.apigateway.Stage;
  /** The host in the stage's URL. */
  readonly host: pulumi.Output<string>;
  /** What Route 53 asks for the region's health. */
  readonly healthChecks: HealthCheckApi;

  constructor(name: string, args: ApiGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ApiGateway", name, args, opts);
    this.api = this.createApi();
    this.stage = this.createStage(this.api, this.createPermissions(this.api));
    this.createThrottles(this.api, this.stage);
    this.host = pulumi.interpolate`${this.api.id}.execute-api.${args.region.name}.amazonaws.com`;
    const { platform, region, health } = args;
    this.healthChecks = new HealthCheckApi(
      `${name}-health-checks`,
      { platform, region, health },
      { parent: this },
    );
    if (platform.config.retention === "durable") {
      new Waf(`${name}-waf`, { platform, region, stage: this.stage }, { parent: this });
    }
    this.registerOutputs({ url: this.stage.invokeUrl });
  }

  private createApi(): aws.apigateway.RestApi {
    const { platform, orderApi, health, authorizer } = this.args;
    const name = this.nameOf("api", "orders");
    const tls = apiTls[platform.config.retention];
    const invokeArns = pulumi.output({
      orderApi: orderApi.function.invokeArn,
      health: health.function.invokeArn,
      authorizer: authorizer.function.invokeArn,
    });
    return new aws.apigateway.RestApi(
      this.name,
      {
        name,
        description: "Orders of the trading platform",
        endpointConfiguration: { types: "REGIONAL" },
        body: invokeArns.apply((arns) => JSON.stringify(gatewayDocument({ name, tls }, arns))),
        failOnWarnings: true,
        ...tls,
      },
      this.child,
    );
  }

  private createPermissions(api: aws.apigateway.RestApi): aws.lambda.Permission[] {
    const permit = (what: string, target: LambdaFunction, path: string) =>
      new aws.lambda.Permission(
        `${this.name}-${what}`,
        {
          action: "lambda:InvokeFunction",
          function: target.function.name,
          principal: "apigateway.amazonaws.com",
          sourceArn: pulumi.interpolate`${api.executionArn}/${path}`,
        },
        this.child,
      );
    return [
      ...operations().map(({ path, method, operationId, answeredBy }) => {
        const resource = path.replace(/\{\w+\}/g, "*");
        const called = `${STAGE_NAME}/${method.toUpperCase()}${resource}`;
        return permit(operationId, this.args[answeredBy], called);
      }),
      permit(
        canaryOperation.operationId,
        this.args.orderApi,
        `${STAGE_NAME}/POST${canaryOperation.path}`,
      ),
      permit("authorizer", this.args.authorizer, "authorizers/*"),
    ];
  }

  private createStage(
    api: aws.apigateway.RestApi,
    permissions: aws.lambda.Permission[],
  ): aws.apigateway.Stage {
    const deployment = deployContract(this.name, api, this.child);
    return new aws.apigateway.Stage(
      this.name,
      {
        restApi: api.id,
        deployment: deployment.id,
        stageName: STAGE_NAME,
        xrayTracingEnabled: true,
        ...this.accessLog(),
      },
      // Health checks start immediately, and the API must be allowed to invoke its functions by
      // then.
      { ...this.child, dependsOn: permissions },
    );
  }

  private accessLog(): Pick<aws.apigateway.StageArgs, "accessLogSettings"> {
    if (!this.args.platform.config.apiAccessLogs) return {};
    const name = `/aws/apigateway/${this.nameOf("api", "orders")}`;
    return createAccessLog(`${this.name}-access`, this.args, name, this.child);
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
    const ordersRate = ordersRatePerSecond(this.args.platform.config);
    throttle("orders", "*/*", ordersRate, ordersRate * ORDERS_BURST_SECONDS);
    const canaryOrders = canaryOperation.path.slice(1);
    throttle(canaryOrders, `${canaryOrders}/POST`, CANARY_RATE_PER_SECOND, CANARY_BURST);
    // Paths without a token have their own limit, so that a flood of such requests takes no
    // capacity from orders.
    for (const { path, method } of operations().filter(({ isOpen }) => isOpen)) {
      const what = path.slice(1);
      throttle(what, `${what}/${method.toUpperCase()}`, OPEN_RATE_PER_SECOND, OPEN_BURST);
    }
  }
}
