import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ARCHIVE_PREFIX } from "../../lambda/orders/names";
import { CONTROL_KEY, orderKey, progressKey } from "../../lambda/runtime/ledgerKeys";
import { PROCESSOR_BATCH_SIZE, PROCESSOR_TIMEOUT_SECONDS } from "../platform/tunables";
import { processorConcurrency } from "../platform/throughput";
import { pollStatement, sendStatement } from "../platform/policies";
import type { LambdaFunction } from "./lambdaFunction";
import { type Link, ledgerLink, signInLink } from "./link";
import { type FunctionScope, createFunction } from "./scope";

/** Settles the orders that hints in the region's queue name. */
export function createOrderProcessor(scope: FunctionScope): LambdaFunction {
  const { name, parent, platform, region, aurora, network } = scope;
  const queues = scope.queues[region.key];
  const concurrency = processorConcurrency(platform.config);
  const processor = createFunction(scope, {
    stem: "orderProcessor",
    links: [
      { statements: [pollStatement(queues.orders.arn, queues.backlog.arn)] },
      ledgerLink(scope, {
        BatchGetItem: [CONTROL_KEY, orderKey("*")],
        UpdateItem: [orderKey("*"), progressKey(region.name)],
        PartiQLUpdate: [orderKey("*")],
      }),
      {
        environment: { DEAD_LETTER_QUEUE_URL: queues.deadLetters.url },
        statements: [sendStatement(queues.deadLetters.arn)],
      },
      signInLink(scope),
      { environment: { DATABASE_ENDPOINT: aurora.members[region.key].cluster.endpoint } },
      archiveLink(scope),
      sessionsLink(scope),
    ],
    timeoutSeconds: PROCESSOR_TIMEOUT_SECONDS,
    reservedConcurrency: concurrency.orders + concurrency.backlog,
    network,
  });
  for (const what of ["orders", "backlog"] as const) {
    new aws.lambda.EventSourceMapping(
      `${name}-${what}`,
      {
        functionName: processor.function.name,
        eventSourceArn: queues[what].arn,
        batchSize: PROCESSOR_BATCH_SIZE,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: concurrency[what] },
      },
      { parent, provider: region.provider },
    );
  }
  return processor;
}

/** Writing archives into the region's own bucket. */
function archiveLink({ region, s3 }: FunctionScope): Link {
  const { bucket } = s3.buckets[region.key];
  const archives = pulumi.interpolate`${bucket.arn}/${ARCHIVE_PREFIX}*`;
  return {
    environment: { ARCHIVE_BUCKET: bucket.bucket },
    statements: [{ Sid: "Archive", Action: ["s3:PutObject"], Resource: [archives] }],
  };
}

function sessionsLink({ region, dynamodb }: FunctionScope): Link {
  const Resource = [dynamodb.sessionsArnIn(region)];
  return {
    environment: { SESSIONS_TABLE: dynamodb.sessions.name },
    statements: [{ Sid: "Sessions", Action: ["dynamodb:UpdateItem"], Resource }],
  };
}
