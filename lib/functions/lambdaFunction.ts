import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EVENT_KEPT_SECONDS } from "../platform/tunables";
import { type Stem } from "../../lambda/functions";
import { bundle } from "./bundle";
import { functionBaseName } from "../platform/naming";
import type { Network } from "../network/network";
import type { Platform, Region } from "../platform/platform";
import {
  type Statement,
  policyDocument,
  serviceStatements,
  serviceTrustPolicy,
} from "../platform/policies";

const DEFAULT_MEMORY_MB = 512;

/** What becomes of an event that the function failed on, or had no room for. */
export interface Retries {
  /** 0 to 2. */
  readonly attemptsMax: number;
  /** 60 to 21,600. */
  readonly eventAgeMaxSeconds: number;
}

/** For events that come every minute: the next one brings what an older one would say. */
export const notRetried: Retries = { attemptsMax: 0, eventAgeMaxSeconds: EVENT_KEPT_SECONDS };

export interface LambdaFunctionArgs {
  readonly platform: Platform;
  readonly region: Region;
  /** The entry in lambda/entry; in kebab-case it is the function's name. */
  readonly stem: Stem;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the handler calls, beside what Lambda itself does in its name. */
  readonly statements: readonly Statement[];
  readonly timeoutSeconds: number;
  /** Gets the events that the function failed on. */
  readonly failuresQueueArn: pulumi.Input<string>;
  /**
   * Concurrency kept for this function alone, and its limit. Ignored where the configuration says
   * `unreserved`.
   * @default - shares the account's
   */
  readonly reservedConcurrency?: number;
  /**
   * Network the function runs in.
   * @default - none, with the internet in reach
   */
  readonly network?: Network;
  /**
   * Retries of asynchronous events.
   * @default - Lambda's own: two, for up to six hours
   */
  readonly retries?: Retries;
}

/** One function with its own role, log group and code. */
export class LambdaFunction extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly functionName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: LambdaFunctionArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:LambdaFunction", name, {}, opts);
    const logGroup = this.createLogGroup();
    const role = this.createRole();
    const policy = this.createPolicy(role, logGroup);
    this.function = this.createFunction(role, policy, logGroup);
    if (args.retries) this.createEventInvokeConfig(args.retries);

    this.functionName = this.function.name;
    this.arn = this.function.arn;
    this.registerOutputs({ arn: this.arn });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.region.provider };
  }

  private get physicalName(): string {
    const { platform, region, stem } = this.args;
    return platform.nameOf("function", functionBaseName(stem), region);
  }

  /** Named here, because a group that Lambda makes itself would outlive the stack. */
  private createLogGroup(): aws.cloudwatch.LogGroup {
    return new aws.cloudwatch.LogGroup(
      this.name,
      {
        name: `/aws/lambda/${this.physicalName}`,
        retentionInDays: this.args.platform.retention.logRetentionDays,
      },
      this.child,
    );
  }

  private createRole(): aws.iam.Role {
    const { platform, region, stem } = this.args;
    return new aws.iam.Role(
      this.name,
      {
        name: platform.nameOf("role", functionBaseName(stem), region),
        assumeRolePolicy: serviceTrustPolicy("lambda.amazonaws.com"),
      },
      this.child,
    );
  }

  private createPolicy(role: aws.iam.Role, logGroup: aws.cloudwatch.LogGroup): aws.iam.RolePolicy {
    const { statements, failuresQueueArn, network } = this.args;
    const service = serviceStatements({
      logGroupArn: logGroup.arn,
      failuresQueueArn,
      inVpc: network !== undefined,
    });
    return new aws.iam.RolePolicy(
      this.name,
      { name: "calls", role: role.id, policy: policyDocument([...service, ...statements]) },
      this.child,
    );
  }

  private createFunction(
    role: aws.iam.Role,
    policy: aws.iam.RolePolicy,
    logGroup: aws.cloudwatch.LogGroup,
  ): aws.lambda.Function {
    const { platform, stem, environment, timeoutSeconds, failuresQueueArn } = this.args;
    const unreserved = platform.config.orderProcessorReservedConcurrency === "unreserved";
    const reserved = unreserved ? undefined : this.args.reservedConcurrency;
    return new aws.lambda.Function(
      this.name,
      {
        name: this.physicalName,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: `${stem}.handler`,
        code: bundle(stem).archive,
        environment: { variables: environment },
        timeout: timeoutSeconds,
        memorySize: DEFAULT_MEMORY_MB,
        ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
        deadLetterConfig: { targetArn: failuresQueueArn },
        // Handlers write whole lines, metrics among them; JSON format would wrap them once more.
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        tracingConfig: { mode: "Active" },
        ...this.vpcArgs(),
      },
      // Destroyed after the function, or Lambda cannot remove its network interfaces.
      { ...this.child, dependsOn: [policy] },
    );
  }

  private vpcArgs(): Partial<aws.lambda.FunctionArgs> {
    const { network } = this.args;
    if (!network) return {};
    return {
      vpcConfig: {
        subnetIds: network.subnetIds,
        securityGroupIds: [network.functionsSecurityGroupId],
      },
      // Lambda keeps interfaces for up to 45 minutes; the group must not wait for them.
      replaceSecurityGroupsOnDestroy: true,
      replacementSecurityGroupIds: [network.defaultSecurityGroupId],
    };
  }

  private createEventInvokeConfig({ attemptsMax, eventAgeMaxSeconds }: Retries): void {
    new aws.lambda.FunctionEventInvokeConfig(
      this.name,
      {
        functionName: this.function.name,
        maximumEventAgeInSeconds: eventAgeMaxSeconds,
        maximumRetryAttempts: attemptsMax,
      },
      this.child,
    );
  }
}
