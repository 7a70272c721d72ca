import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { METRIC_NAMESPACE } from "../lambda/runtime/log";
import { LOOP_TIMEOUT_SECONDS } from "../lambda/detection/tunables";
import { SENTINEL_RESERVED_CONCURRENCY } from "./platform/tunables";
import { commonEnvironment } from "./lambda";
import { LambdaFunction, notRetried } from "./functions/lambdaFunction";
import { FailoverAlarms } from "./alarms/failoverAlarms";
import { type FailoverTargets, createOrchestrator } from "./functions/orchestrator";
import {
  invokeStatement,
  ledgerStatement,
  metricsStatement,
  secretStatement,
  workIndexStatement,
} from "./platform/policies";
import { schedule } from "./functions/schedule";

export type FailoverArgs = FailoverTargets;

/**
 * Detection and failing over, in the standby region, and the same orchestrator in the home region
 * for an operator's way home. Depends on every other component: created last and destroyed first,
 * so that neither `up` nor `destroy` can look like an outage.
 */
export class Failover extends pulumi.ComponentResource {
  /** The orchestrator that acts by itself, in the standby region. */
  readonly orchestrator: LambdaFunction;
  readonly sentinel: LambdaFunction;

  constructor(
    private readonly name: string,
    private readonly args: FailoverArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:Failover", name, {}, opts);
    const { platform } = args;
    createOrchestrator(args, platform.home, { parent: this });
    this.orchestrator = createOrchestrator(args, platform.standby, { parent: this });
    this.sentinel = this.createSentinel();
    this.createSchedules();
    this.subscribeToHome();
    new FailoverAlarms(
      `${name}-alarms`,
      {
        platform,
        orchestrator: this.orchestrator,
        sentinel: this.sentinel,
        topics: args.topics.standby,
      },
      { parent: this },
    );
    this.registerOutputs({ orchestratorArn: this.orchestrator.arn });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.platform.standby.provider };
  }

  private createSentinel(): LambdaFunction {
    const { platform, dynamodb, apis, queues, tokens } = this.args;
    const region = platform.standby;
    return new LambdaFunction(
      `sentinel-${region.code}`,
      {
        platform,
        region,
        stem: "sentinel",
        environment: {
          ...commonEnvironment(platform, dynamodb),
          HOME_API_URL: apis.home.url,
          STANDBY_API_URL: apis.standby.url,
          ORCHESTRATOR_FUNCTION: this.orchestrator.functionName,
          TOKEN_SECRET_ARN: tokens.secretArns.standby,
        },
        statements: [
          ledgerStatement(dynamodb.ledgerArnIn(region), "GetItem", "PutItem"),
          workIndexStatement(dynamodb.workIndexArnIn(region)),
          metricsStatement(METRIC_NAMESPACE),
          invokeStatement(this.orchestrator.arn),
          secretStatement("TokenSecret", tokens.secretArns.standby),
        ],
        timeoutSeconds: LOOP_TIMEOUT_SECONDS,
        failuresQueueArn: queues.standby.failures.arn,
        reservedConcurrency: SENTINEL_RESERVED_CONCURRENCY,
        retries: notRetried,
      },
      { parent: this },
    );
  }

  private createSchedules(): void {
    const { platform } = this.args;
    schedule(
      `${this.name}-sentinel`,
      {
        platform,
        region: platform.standby,
        what: "sentinel",
        every: "minute",
        description: "Keeps one looking loop of the sentinel alive",
        target: this.sentinel,
        event: { trigger: "schedule" },
      },
      this.child,
    );
    schedule(
      `${this.name}-tick`,
      {
        platform,
        region: platform.standby,
        what: "failover-tick",
        every: "minute",
        description: "Keeps one looking loop of the orchestrator alive; absent while destroying",
        target: this.orchestrator,
        event: { trigger: "tick" },
      },
      this.child,
    );
  }

  /** Home's own alarms wake the orchestrator across regions. */
  private subscribeToHome(): void {
    const { platform, topics } = this.args;
    const topic = topics.home.failoverTopic;
    const permission = new aws.lambda.Permission(
      `${this.name}-home-topic`,
      {
        action: "lambda:InvokeFunction",
        function: this.orchestrator.functionName,
        principal: "sns.amazonaws.com",
        sourceArn: topic.arn,
      },
      this.child,
    );
    new aws.sns.TopicSubscription(
      `${this.name}-home-topic`,
      { topic: topic.arn, protocol: "lambda", endpoint: this.orchestrator.arn },
      // A subscription is made where its topic is.
      { parent: this, provider: platform.home.provider, dependsOn: [permission] },
    );
  }
}
