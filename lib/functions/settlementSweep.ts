import { CONTROL_KEY, orderKey } from "../../lambda/runtime/ledgerKeys";
import {
  SWEEP_MEMORY_MB,
  SWEEP_RESERVED_CONCURRENCY,
  SWEEP_TIMEOUT_SECONDS,
} from "../platform/tunables";
import { sendStatement } from "../platform/policies";
import { type LambdaFunction, notRetried } from "./lambdaFunction";
import { ledgerLink, signInLink, workIndexLink } from "./link";
import { schedule } from "./schedule";
import { type FunctionScope, createFunction } from "./scope";

export function createSettlementSweep(scope: FunctionScope): LambdaFunction {
  const { name, parent, platform, region, aurora, dynamodb, network } = scope;
  const { orders, backlog } = scope.queues[region.key];
  const sweep = createFunction(scope, {
    stem: "settlementSweep",
    links: [
      ledgerLink(scope, {
        GetItem: [CONTROL_KEY],
        PartiQLUpdate: [orderKey("*")],
        PartiQLDelete: [orderKey("*")],
      }),
      workIndexLink(dynamodb, region),
      {
        environment: { QUEUE_URL: orders.url, BACKLOG_QUEUE_URL: backlog.url },
        statements: [
          sendStatement(backlog.arn),
          {
            Sid: "QueueDepth",
            Action: ["sqs:GetQueueAttributes"],
            Resource: [orders.arn, backlog.arn],
          },
        ],
      },
      signInLink(scope),
      {
        environment: {
          DATABASE_READER_ENDPOINT: aurora.members[region.key].cluster.readerEndpoint,
        },
      },
    ],
    timeoutSeconds: SWEEP_TIMEOUT_SECONDS,
    memoryMb: SWEEP_MEMORY_MB,
    reservedConcurrency: SWEEP_RESERVED_CONCURRENCY,
    network,
    retries: notRetried,
  });
  schedule(
    `${name}-sweep`,
    {
      platform,
      region,
      what: "settlement-sweep",
      every: "minute",
      description: "Re-queues waiting orders in this region, or closes those that its database has",
      target: sweep,
      event: { trigger: "schedule" },
    },
    { parent, provider: region.provider },
  );
  return sweep;
}
