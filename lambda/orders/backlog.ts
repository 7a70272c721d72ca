import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { within } from "../runtime/clock";
import { atMost, pieces } from "../runtime/concurrently";
import type { Runtime } from "../runtime/runtime";
import { CALLS_AT_ONCE_MAX, OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import { hintBody } from "./hint";
import { HINT_ORDERS_MAX } from "./tunables";

type SqsRuntime = Pick<Runtime, "clock" | "sqs">;

/** URLs of a region's two queues: orders just accepted, and orders that are re-queued. */
export interface BacklogQueues {
  orders: string;
  backlog: string;
}

/** Most messages of one SendMessageBatch call (SQS API). */
const MESSAGES_MAX = 10;

/**
 * Sends hints of orders to the backlog queue, where they do not delay orders that were just accepted.
 * @returns for each call how many orders it named, or why it failed.
 */
export function sendBacklog(
  { clock, sqs }: SqsRuntime,
  { region, queueUrl }: { region: string; queueUrl: string },
  orderIds: readonly string[],
  mayStart: () => boolean,
): Promise<PromiseSettledResult<number>[]> {
  const calls = pieces(pieces(orderIds, HINT_ORDERS_MAX), MESSAGES_MAX);
  return atMost(
    CALLS_AT_ONCE_MAX,
    calls,
    async (messages) => {
      const batch = {
        QueueUrl: queueUrl,
        Entries: messages.map((ids, n) => ({ Id: String(n), MessageBody: hintBody(ids) })),
      };
      const { Failed = [] } = await within(clock, OBSERVE_TIMEOUT_MS, "hints", (abortSignal) =>
        sqs(region).send(new SendMessageBatchCommand(batch), { abortSignal }),
      );
      const [failure] = Failed;
      if (failure !== undefined) {
        throw new Error(`SQS refused ${Failed.length} messages of hints: ${failure.Message}`);
      }
      return messages.flat().length;
    },
    mayStart,
  );
}

/** Orders that the messages in both queues name at most, received or not. */
export async function hintsWaiting(
  runtime: SqsRuntime,
  region: string,
  { orders, backlog }: BacklogQueues,
): Promise<number> {
  const [fresh, again] = await Promise.all([
    depth(runtime, region, orders),
    depth(runtime, region, backlog),
  ]);
  return fresh + again * HINT_ORDERS_MAX;
}

async function depth({ clock, sqs }: SqsRuntime, region: string, url: string): Promise<number> {
  const request = {
    QueueUrl: url,
    AttributeNames: [
      "ApproximateNumberOfMessages" as const,
      "ApproximateNumberOfMessagesNotVisible" as const,
    ],
  };
  const answer = await within(clock, OBSERVE_TIMEOUT_MS, "queue depth", (abortSignal) =>
    sqs(region).send(new GetQueueAttributesCommand(request), { abortSignal }),
  );
  const { ApproximateNumberOfMessages = 0, ApproximateNumberOfMessagesNotVisible = 0 } =
    answer.Attributes ?? {};
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}
