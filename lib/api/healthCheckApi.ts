import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LambdaFunction } from "../functions/lambdaFunction";
import { type RegionalArgs, RegionalComponent } from "../platform/component";
import { HEALTH_CHECK_BURST, HEALTH_CHECK_RATE_PER_SECOND } from "../platform/tunables";
import { healthCheckDocument } from "./contract";
import { deployContract } from "./deployment";
import { STAGE_NAME } from "./stage";
import { apiTls } from "./tls";

export interface HealthCheckApiArgs extends RegionalArgs {
  readonly health: LambdaFunction;
}

/** The API that Route 53 asks for a region's health: see healthCheckDocument. */
export class HealthCheckApi extends RegionalComponent<HealthCheckApiArgs> {
  /** The host that health checks ask. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: HealthCheckApiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("HealthCheckApi", name, args, opts);
    const api = this.createApi();
    this.createThrottle(api, this.createStage(api, this.createPermission(api)));
    this.host = pulumi.interpolate`${api.id}.execute-api.${args.region.name}.amazonaws.com`;
    this.registerOutputs({ host: this.host });
  }

  private createApi(): aws.apigateway.RestApi {
    const { platform, health } = this.args;
    const name = this.nameOf("api", "health-checks");
    const tls = apiTls[platform.config.retention];
    return new aws.apigateway.RestApi(
      this.name,
      {
        name,
        description: "The region's health, for Route 53",
        endpointConfiguration: { types: "REGIONAL" },
        body: health.function.invokeArn.apply((arn) =>
          JSON.stringify(healthCheckDocument({ name, tls }, arn)),
        ),
        failOnWarnings: true,
        ...tls,
      },
      this.child,
    );
  }

  private createPermission(api: aws.apigateway.RestApi): aws.lambda.Permission {
    return new aws.lambda.Permission(
      this.name,
      {
        action: "lambda:InvokeFunction",
        function: this.args.health.function.name,
        principal: "apigateway.amazonaws.com",
        sourceArn: pulumi.interpolate`${api.executionArn}/${STAGE_NAME}/GET/health`,
      },
      this.child,
    );
  }

  private createStage(
    api: aws.apigateway.RestApi,
    permission: aws.lambda.Permission,
  ): aws.apigateway.Stage {
    const deployment = deployContract(this.name, api, this.child);
    return new aws.apigateway.Stage(
      this.name,
      { restApi: api.id, deployment: deployment.id, stageName: STAGE_NAME },
      // Health checks start immediately.
      { ...this.child, dependsOn: [permission] },
    );
  }

  /** Strangers cannot use up the concurrency that is reserved for the function. */
  private createThrottle(api: aws.apigateway.RestApi, stage: aws.apigateway.Stage): void {
    new aws.apigateway.MethodSettings(
      this.name,
      {
        restApi: api.id,
        stageName: stage.stageName,
        methodPath: "health/GET",
        settings: {
          metricsEnabled: true,
          throttlingRateLimit: HEALTH_CHECK_RATE_PER_SECOND,
          throttlingBurstLimit: HEALTH_CHECK_BURST,
        },
      },
      this.child,
    );
  }
}
