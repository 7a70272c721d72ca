import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { APPLICATION_USER } from "../lambda/orders/migrations";
import { ACTIVATE_TIMEOUT_MS } from "../lambda/failover/tunables";
import {
  API_TIMEOUT_SECONDS,
  HEALTH_RESERVED_CONCURRENCY,
  PROCESSOR_BATCH_SIZE,
  PROCESSOR_MAX_CONCURRENCY,
  PROCESSOR_TIMEOUT_SECONDS,
  SWEEP_TIMEOUT_SECONDS,
} from "./platform/tunables";
import { createAuthorizer } from "./api/authorizer";
import { type Aurora, DATABASE_NAME } from "./aurora";
import { type Stem } from "../lambda/functions";
import { bundle } from "./functions/bundle";
import type { Dynamodb } from "./dynamodb";
import { LambdaFunction, type LambdaFunctionArgs, notRetried } from "./functions/lambdaFunction";
import type { Network } from "./network/network";
import type { Pair, Platform, Region } from "./platform/platform";
import {
  databaseSignInStatement,
  ledgerStatement,
  pollStatement,
  secretStatement,
  sendStatement,
  workIndexStatement,
  type Statement,
} from "./platform/policies";
import type { Queues } from "./messaging/queues";
import { ARCHIVE_PREFIX } from "../lambda/orders/names";
import type { S3 } from "./s3";
import { schedule } from "./functions/schedule";
import type { Tokens } from "./secrets/tokens";

export interface RegionalFunctionsArgs {
  readonly platform: Platform;
  readonly region: Region;
  readonly network: Network;
  readonly aurora: Aurora;
  readonly dynamodb: Dynamodb;
  /** Of both regions: order-api hints to the active one. */
  readonly queues: Pair<Queues>;
  readonly s3: S3;
  readonly tokens: Tokens;
}

/** What every function but db-migration knows. */
export function commonEnvironment(platform: Platform, dynamodb: Dynamodb) {
  return {
    ENVIRONMENT: platform.config.env,
    HOME_REGION: platform.home.name,
    STANDBY_REGION: platform.standby.name,
    LEDGER_TABLE: dynamodb.ledgerName,
  };
}

/**
 * What functions that speak SQL know beside: since Node 20 the runtime only trusts the certificate
 * authority of RDS when it is told to.
 */
const databaseEnvironment = {
  DATABASE_NAME,
  NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
};

/** The functions that every region has, from the same bundles. */
export class RegionalFunctions extends pulumi.ComponentResource {
  readonly orderApi: LambdaFunction;
  readonly orderProcessor: LambdaFunction;
  readonly settlementSweep: LambdaFunction;
  readonly health: LambdaFunction;
  readonly authorizer: LambdaFunction;
  readonly dbMigration: LambdaFunction;

  constructor(
    private readonly name: string,
    private readonly args: RegionalFunctionsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trading:platform:RegionalFunctions", name, {}, opts);
    const { platform, region, tokens } = args;
    this.dbMigration = this.createDbMigration();
    this.orderProcessor = this.createOrderProcessor();
    this.settlementSweep = this.createSettlementSweep();
    this.orderApi = this.createOrderApi();
    this.health = this.createHealth();
    this.authorizer = createAuthorizer(
      { platform, region, secretArn: tokens.secretArns[region.key], queues: this.queues },
      { parent: this },
    );
    this.registerOutputs({ orderApiArn: this.orderApi.arn, healthArn: this.health.arn });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.region.provider };
  }

  private get queues(): Queues {
    return this.args.queues[this.args.region.key];
  }

  private get member() {
    return this.args.aurora.members[this.args.region.key];
  }

  private get ledgerArn(): pulumi.Output<string> {
    return this.args.dynamodb.ledgerArnIn(this.args.region);
  }

  private createFunction(
    stem: Stem,
    args: Omit<LambdaFunctionArgs, "platform" | "region" | "stem" | "failuresQueueArn">,
  ): LambdaFunction {
    const { platform, region } = this.args;
    const failuresQueueArn = this.queues.failures.arn;
    const whole = { platform, region, stem, failuresQueueArn, ...args };
    return new LambdaFunction(`${stem}-${region.code}`, whole, { parent: this });
  }

  private databaseStatement(): Statement {
    const { platform, region } = this.args;
    return databaseSignInStatement({
      region: region.name,
      accountId: platform.accountId,
      clusterResourceId: this.member.clusterResourceId,
      username: APPLICATION_USER,
    });
  }

  private createOrderApi(): LambdaFunction {
    const { platform, dynamodb, queues } = this.args;
    return this.createFunction("orderApi", {
      environment: {
        ...commonEnvironment(platform, dynamodb),
        HOME_QUEUE_URL: queues.home.orders.url,
        STANDBY_QUEUE_URL: queues.standby.orders.url,
      },
      statements: [
        ledgerStatement(this.ledgerArn, "GetItem", "PutItem", "UpdateItem"),
        sendStatement(queues.home.orders.arn, queues.standby.orders.arn),
      ],
      timeoutSeconds: API_TIMEOUT_SECONDS,
    });
  }

  private createOrderProcessor(): LambdaFunction {
    const { platform, region, dynamodb, network, s3 } = this.args;
    const archive = s3.buckets[region.key];
    const configured = platform.config.orderProcessorReservedConcurrency;
    const reserved = configured === "unreserved" ? PROCESSOR_MAX_CONCURRENCY : configured;
    const processor = this.createFunction("orderProcessor", {
      environment: {
        ...commonEnvironment(platform, dynamodb),
        ...databaseEnvironment,
        DATABASE_ENDPOINT: this.member.endpoint,
        DEAD_LETTER_QUEUE_URL: this.queues.deadLetters.url,
        ARCHIVE_BUCKET: archive.bucketName,
        SESSIONS_TABLE: dynamodb.sessionsName,
      },
      statements: [
        pollStatement(this.queues.orders.arn),
        ledgerStatement(this.ledgerArn, "GetItem", "UpdateItem"),
        sendStatement(this.queues.deadLetters.arn),
        this.databaseStatement(),
        {
          Sid: "Archive",
          Action: ["s3:PutObject"],
          Resource: [pulumi.interpolate`${archive.arn}/${ARCHIVE_PREFIX}*`],
        },
        {
          Sid: "Sessions",
          Action: ["dynamodb:UpdateItem"],
          Resource: [dynamodb.sessionsArnIn(region)],
        },
      ],
      timeoutSeconds: PROCESSOR_TIMEOUT_SECONDS,
      reservedConcurrency: reserved,
      network,
    });
    new aws.lambda.EventSourceMapping(
      `${this.name}-orders`,
      {
        functionName: processor.functionName,
        eventSourceArn: this.queues.orders.arn,
        batchSize: PROCESSOR_BATCH_SIZE,
        functionResponseTypes: ["ReportBatchItemFailures"],
        // Never above what is reserved, or the poller's surplus is throttled.
        scalingConfig: { maximumConcurrency: Math.min(PROCESSOR_MAX_CONCURRENCY, reserved) },
      },
      this.child,
    );
    return processor;
  }

  private createSettlementSweep(): LambdaFunction {
    const { platform, region, dynamodb, network } = this.args;
    const sweep = this.createFunction("settlementSweep", {
      environment: {
        ...commonEnvironment(platform, dynamodb),
        ...databaseEnvironment,
        DATABASE_READER_ENDPOINT: this.member.readerEndpoint,
        QUEUE_URL: this.queues.orders.url,
      },
      statements: [
        ledgerStatement(this.ledgerArn, "GetItem", "UpdateItem", "DeleteItem"),
        workIndexStatement(dynamodb.workIndexArnIn(region)),
        {
          Sid: "Queues",
          Action: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
          Resource: [this.queues.orders.arn],
        },
        this.databaseStatement(),
      ],
      timeoutSeconds: SWEEP_TIMEOUT_SECONDS,
      network,
      retries: notRetried,
    });
    schedule(
      `${this.name}-sweep`,
      {
        platform,
        region,
        what: "settlement-sweep",
        every: "minute",
        description: "Re-queues waiting orders here, or closes those seen in this database",
        target: sweep,
        event: { trigger: "schedule" },
      },
      this.child,
    );
    return sweep;
  }

  private createHealth(): LambdaFunction {
    const { platform, dynamodb } = this.args;
    return this.createFunction("health", {
      environment: commonEnvironment(platform, dynamodb),
      statements: [ledgerStatement(this.ledgerArn, "GetItem", "UpdateItem")],
      timeoutSeconds: API_TIMEOUT_SECONDS,
      reservedConcurrency: HEALTH_RESERVED_CONCURRENCY,
    });
  }

  private createDbMigration(): LambdaFunction {
    const { platform, region, network, aurora } = this.args;
    const secretArn = aurora.secretArns[region.key];
    const migration = this.createFunction("dbMigration", {
      environment: {
        ENVIRONMENT: platform.config.env,
        ...databaseEnvironment,
        DATABASE_ENDPOINT: this.member.endpoint,
        DATABASE_SECRET_ARN: secretArn,
      },
      statements: [secretStatement("MasterSecret", secretArn)],
      // The orchestrator waits for an activation no longer than this.
      timeoutSeconds: ACTIVATE_TIMEOUT_MS / 1000,
      network,
    });
    this.migrate(migration);
    schedule(
      `${this.name}-prune`,
      {
        platform,
        region,
        what: "canary-prune",
        every: "day",
        description: "Deletes old rows of canaries, where the writer is",
        target: migration,
        event: { prune: true },
      },
      this.child,
    );
    return migration;
  }

  /**
   * In both regions, because the program does not know who writes: elsewhere the function says "not
   * the writer" and does nothing. A new bundle brings new migrations.
   */
  private migrate(migration: LambdaFunction): void {
    const { network, aurora } = this.args;
    new aws.lambda.Invocation(
      `${this.name}-migrate`,
      {
        functionName: migration.functionName,
        input: JSON.stringify({ migrate: true }),
        triggers: { bundle: bundle("dbMigration").sha256 },
      },
      { ...this.child, dependsOn: [network, aurora] },
    );
  }
}
