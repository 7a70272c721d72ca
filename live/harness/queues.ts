import { createHash } from "node:crypto";
import { serviceError } from "../../support/aws/errors";

type Input = Readonly<Record<string, unknown>>;
interface Entry {
  Id?: string;
  MessageBody: string;
}

/** Most entries of one SendMessageBatch call (SQS API). */
const BATCH_MAX = 10;

/** SQS queues in memory, by name, behind its JSON protocol. */
export class Queues {
  private readonly queues = new Map<string, string[]>();

  /** Bodies of the messages that wait in a queue. */
  bodies(name: string): string[] {
    let bodies = this.queues.get(name);
    if (bodies === undefined) this.queues.set(name, (bodies = []));
    return bodies;
  }

  /** Bodies of the messages that wait in any queue. */
  all(): string[] {
    return [...this.queues.values()].flat();
  }

  clear(): void {
    this.queues.clear();
  }

  /** @param operation as `SendMessage` */
  answer(operation: string, input: Input): unknown {
    const bodies = this.bodies(String(input["QueueUrl"]).split("/").at(-1)!);
    switch (operation) {
      case "SendMessage": {
        const { MessageBody } = input as unknown as Entry;
        bodies.push(MessageBody);
        return received(MessageBody);
      }
      case "SendMessageBatch": {
        const entries = input["Entries"] as Entry[];
        if (entries.length > BATCH_MAX) {
          const message = `${entries.length} entries; allowed are ${BATCH_MAX}`;
          throw serviceError("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", message);
        }
        bodies.push(...entries.map(({ MessageBody }) => MessageBody));
        const Successful = entries.map(({ Id, MessageBody }) => ({ Id, ...received(MessageBody) }));
        return { Successful, Failed: [] };
      }
      case "GetQueueAttributes":
        return {
          Attributes: {
            ApproximateNumberOfMessages: String(bodies.length),
            ApproximateNumberOfMessagesNotVisible: "0",
          },
        };
      default:
        throw serviceError("InvalidAction", `the harness does not know ${operation}`);
    }
  }
}

/** The SDK checks the hash. */
function received(body: string): object {
  return { MessageId: "live", MD5OfMessageBody: createHash("md5").update(body).digest("hex") };
}
