import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { EVENT_KEPT_SECONDS } from "../platform/tunables";
import type { Stem } from "../../lambda/functions";
import { bundle } from "./bundle";
import { withKeyRights } from "../encryption/keyRights";
import { createExecutionRole } from "../platform/executionRole";
import { functionBaseName } from "../platform/naming";
import { createLogGroup } from "../platform/logGroup";
import type { Network } from "../network/network";
import { policyDocument, serviceStatements } from "../platform/policies";
import { type Link, environmentOf, statementsOf } from "./link";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

const DEFAULT_MEMORY_MB = 512;

/** How Lambda retries an event that the function failed on or did not accept. */
export interface Retries {
  /** 0 to 2. */
  readonly attemptsMax: number;
  /** 60 to 21,600. */
  readonly eventAgeMaxSeconds: number;
}

/** For events that come every minute: the next event replaces an older one. */
export const notRetried: Retries = { attemptsMax: 0, eventAgeMaxSeconds: EVENT_KEPT_SECONDS };

export interface LambdaFunctionArgs extends RegionalArgs {
  /** The entry in lambda/entry; in kebab-case it is the function's name. */
  readonly stem: Stem;
  /** What the handler uses, in addition to what Lambda itself does with the role. */
  readonly links: readonly Link[];
  readonly timeoutSeconds: number;
  /** Gets the events that the function failed on. */
  readonly failuresQueue: aws.sqs.Queue;
  /**
   * Reserved concurrency, which is also the limit. Ignored if the configuration says `unreserved`.
   * @default - the function uses the account's unreserved concurrency
   */
  readonly reservedConcurrency?: number;
  /**
   * Memory, which also decides the share of a CPU: 1,769 MB are one vCPU (Lambda Developer Guide:
   * memory).
   * @default - DEFAULT_MEMORY_MB
   */
  readonly memoryMb?: number;
  /**
   * The network that the function runs in.
   * @default - none: the function can reach the internet
   */
  readonly network?: Network;
  /**
   * Retries of asynchronous events.
   * @default - Lambda's: two, for up to six hours
   */
  readonly retries?: Retries;
}

/** One function with its own role, log group and code. */
export class LambdaFunction extends RegionalComponent<LambdaFunctionArgs> {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: LambdaFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("LambdaFunction", name, args, opts);
    const logGroup = this.createLogGroup();
    const role = this.role();
    const policy = this.createPolicy(role, logGroup);
    this.function = this.createFunction(role, policy, logGroup);
    if (args.retries) this.createEventInvokeConfig(args.retries);
    this.registerOutputs({ arn: this.function.arn });
  }

  private get physicalName(): string {
    return this.nameOf("function", functionBaseName(this.args.stem));
  }

  /** A log group that Lambda creates itself would outlive the stack. */
  private createLogGroup(): aws.cloudwatch.LogGroup {
    const name = `/aws/lambda/${this.physicalName}`;
    return createLogGroup(this.name, this.args, name, this.child);
  }

  /** Roles of functions in the network belong to the network, because they must outlive it. */
  private role(): aws.iam.Role {
    const { network, stem } = this.args;
    return network?.roles.of(stem) ?? createExecutionRole(this.args, stem, this.child);
  }

  private createPolicy(role: aws.iam.Role, logGroup: aws.cloudwatch.LogGroup): aws.iam.RolePolicy {
    const { links, failuresQueue } = this.args;
    const service = serviceStatements({
      logGroupArn: logGroup.arn,
      failuresQueueArn: failuresQueue.arn,
    });
    return new aws.iam.RolePolicy(
      this.name,
      {
        name: "calls",
        role: role.id,
        policy: policyDocument(withKeyRights(this.args, [...service, ...statementsOf(links)])),
      },
      this.child,
    );
  }

  private createFunction(
    role: aws.iam.Role,
    policy: aws.iam.RolePolicy,
    logGroup: aws.cloudwatch.LogGroup,
  ): aws.lambda.Function {
    const { platform, stem, links, timeoutSeconds, failuresQueue } = this.args;
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
        environment: { variables: environmentOf(links) },
        timeout: timeoutSeconds,
        memorySize: this.args.memoryMb ?? DEFAULT_MEMORY_MB,
        ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
        deadLetterConfig: { targetArn: failuresQueue.arn },
        // Handlers write complete JSON lines, also for metrics. The format JSON would wrap them
        // again.
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        tracingConfig: { mode: "Active" },
        ...this.vpcArgs(),
      },
      // The policy must outlive the function, which uses it until it is deleted.
      { ...this.child, dependsOn: [policy] },
    );
  }

  private vpcArgs(): Partial<aws.lambda.FunctionArgs> {
    const { network } = this.args;
    if (!network) return {};
    return {
      vpcConfig: {
        subnetIds: network.subnets.map((subnet) => subnet.id),
        securityGroupIds: [network.functionsSecurityGroup.id],
      },
      // Lambda keeps network interfaces for up to 45 minutes. Deleting the security group would
      // wait for them.
      replaceSecurityGroupsOnDestroy: true,
      replacementSecurityGroupIds: [network.vpc.defaultSecurityGroupId],
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
