import type { AssumptionName } from "../assumptions";
import { allows } from "../description/policy";
import type { EventSourceDescription, QueueDescription } from "../description/messaging";
import type { Base } from "./base";
import { serviceError } from "../../support/aws/errors";
import type { Outcome } from "./environment";
import type { Lambda } from "./lambda";
import type { IamRequest, Input, Reply, Service } from "./awsService";

interface Message {
  id: string;
  body: string;
  sentAtMs: number;
  receives: number;
}

/** One queue and the messages that can be received from it now. */
class QueueState {
  visible: Message[] = [];
  /** All that are neither deleted nor expired, oldest first, in flight ones included. */
  readonly held = new Set<Message>();
  source: EventSource | undefined;

  constructor(readonly description: QueueDescription) {}
}

/** The poller that passes a queue's messages to a function. */
interface EventSource {
  description: EventSourceDescription;
  functionArn: string;
  running: number;
  isPollDue: boolean;
}

/**
 * Queues and their event sources. Messages are delivered at least once, are invisible while in
 * flight, and expire.
 */
export class Sqs implements Service {
  readonly name = "sqs";
  private readonly byUrl = new Map<string, QueueState>();
  private readonly byArn = new Map<string, QueueState>();
  private messages = 0;

  constructor(
    private readonly base: Base,
    private readonly lambda: Lambda,
  ) {
    for (const description of base.program.queues) {
      const queue = new QueueState(description);
      this.byUrl.set(description.url, queue);
      this.byArn.set(description.arn, queue);
    }
    for (const source of base.program.eventSources) this.connect(source);
    // A region that returns continues with what its queues hold.
    base.network.onChange(() => {
      for (const queue of this.byUrl.values()) this.goOn(queue);
    });
    lambda.onDeadLetter = (arn, body) => this.put(this.byArn.get(arn), body);
  }

  latency(): AssumptionName {
    return "sqsCallMs";
  }

  permission(_region: string, command: string, input: Input): IamRequest {
    const url = String(input["QueueUrl"]);
    const isRead = command === "GetQueueAttributesCommand";
    const action = isRead ? "sqs:GetQueueAttributes" : "sqs:SendMessage";
    return [action, this.byUrl.get(url)?.description.arn ?? url];
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    const queue = this.byUrl.get(String(input["QueueUrl"]));
    if (queue === undefined || queue.description.region !== region) {
      const message = `The specified queue does not exist: ${String(input["QueueUrl"])}`;
      return reply.fail(serviceError("QueueDoesNotExist", message));
    }
    switch (command) {
      case "SendMessageCommand":
        this.put(queue, input["MessageBody"] as string);
        return reply.ok({ MessageId: `message-${this.messages}` });
      case "SendMessageBatchCommand": {
        const entries = input["Entries"] as { Id: string; MessageBody: string }[];
        if (entries.length > 10) {
          return reply.fail(serviceError("TooManyEntriesInBatchRequest", "at most 10 entries"));
        }
        for (const { MessageBody } of entries) this.put(queue, MessageBody);
        return reply.ok({ Successful: entries.map(sent), Failed: [] });
      }
      case "GetQueueAttributesCommand":
        return reply.ok({
          Attributes: {
            ApproximateNumberOfMessages: String(queue.visible.length),
            ApproximateNumberOfMessagesNotVisible: String(queue.held.size - queue.visible.length),
          },
        });
      default:
        throw new Error(`${command} is not modelled`);
    }
  }

  /** Deletes the queue's event source. Its messages stay in the queue. */
  disconnect(queueArn: string): void {
    const source = this.byArn.get(queueArn)?.source;
    if (source !== undefined) source.description = { ...source.description, maximumConcurrency: 0 };
  }

  /** Number of messages in a queue that can be received now. */
  depth(url: string): number {
    return this.byUrl.get(url)?.visible.length ?? 0;
  }

  /** Number of messages in a queue: those that can be received now, and those in flight. */
  held(url: string): number {
    return this.byUrl.get(url)?.held.size ?? 0;
  }

  /** Number of messages in a queue that can be received now, by the queue's name. */
  visible(region: string, name: string): number {
    return this.named(region, name).visible.length;
  }

  /** Age of a queue's oldest message, in flight or not; 0 if it is empty. */
  oldestMs(region: string, name: string): number {
    const oldest = this.named(region, name).held.values().next().value;
    return oldest === undefined ? 0 : this.base.nowMs - oldest.sentAtMs;
  }

  private named(region: string, name: string): QueueState {
    for (const queue of this.byUrl.values()) {
      if (queue.description.region === region && queue.description.name === name) return queue;
    }
    throw new Error(`no queue ${name} in ${region}`);
  }

  /** The messages in a queue, for observers outside the simulated platform. */
  bodies(arn: string): readonly string[] {
    return (this.byArn.get(arn)?.visible ?? []).map(({ body }) => body);
  }

  private connect(description: EventSourceDescription): void {
    const queue = this.byArn.get(description.queueArn);
    const handler = this.lambda.find(description.functionReference, description.region);
    if (queue === undefined || handler === undefined || !description.isEnabled) return;
    const needed = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    const denied = needed.find((action) => !allows(handler.role, action, description.queueArn));
    // Lambda polls with the function's own role. Without these permissions, the event source does
    // nothing.
    if (denied !== undefined) return;
    if (handler.timeoutMs > queue.description.visibilityMs) return;
    queue.source = { description, functionArn: handler.arn, running: 0, isPollDue: false };
  }

  private put(queue: QueueState | undefined, body: string): void {
    if (queue === undefined) return;
    const message = {
      id: `message-${++this.messages}`,
      body,
      sentAtMs: this.base.nowMs,
      receives: 0,
    };
    const copies = this.base.draw("sqsDuplicateChance") === 1 ? [{ ...message }] : [];
    for (const each of [message, ...copies]) {
      queue.visible.push(each);
      queue.held.add(each);
    }
    if (queue.source === undefined) {
      this.base.happened({
        kind: "dead letter",
        queueName: queue.description.name,
        body,
      });
    } else this.pollSoon(queue);
  }

  /** Resumes a queue. Batches that were running when the region was lost have no result. */
  private goOn(queue: QueueState): void {
    const isLost = this.base.network.isLost(queue.description.region);
    if (isLost && queue.source !== undefined) queue.source.running = 0;
    this.pollSoon(queue);
  }

  private pollSoon(queue: QueueState): void {
    const { source } = queue;
    if (source === undefined || source.isPollDue || queue.visible.length === 0) return;
    if (source.running >= source.description.maximumConcurrency) return;
    source.isPollDue = true;
    const pollMs = this.base.draw("sqsPollMs") + this.base.draw("warmStartMs");
    this.base.simulation.after(pollMs, () => {
      source.isPollDue = false;
      if (!this.base.network.isLost(queue.description.region)) this.poll(queue, source);
    });
  }

  private poll(queue: QueueState, source: EventSource): void {
    const { retentionMs, visibilityMs } = queue.description;
    const isFresh = (message: Message): boolean => this.base.nowMs - message.sentAtMs < retentionMs;
    const received = queue.visible.splice(0, source.description.batchSize);
    const batch = received.filter((each) => isFresh(each) && !this.redriven(queue, each));
    if (batch.length < received.length) {
      for (const each of received) if (!batch.includes(each)) queue.held.delete(each);
    }
    if (batch.length === 0) return this.pollSoon(queue);
    source.running++;
    let pending: readonly Message[] = batch;
    const cancel = this.base.simulation.after(visibilityMs, () => {
      queue.visible.push(...pending);
      // Consumers that answer later can no longer delete these messages.
      pending = [];
      this.pollSoon(queue);
    });
    this.lambda.invoke(source.functionArn, { Records: batch.map(recordOf) }, (outcome) => {
      source.running--;
      const left = leftBy(outcome, source.description, pending);
      for (const each of pending) if (!left.includes(each)) queue.held.delete(each);
      pending = left;
      if (pending.length === 0) cancel();
      this.pollSoon(queue);
    });
    this.pollSoon(queue);
  }

  /**
   * Moves a message that was received too often to the dead-letter queue, if the queue has a
   * redrive policy.
   */
  private redriven(queue: QueueState, message: Message): boolean {
    const { redrive } = queue.description;
    message.receives++;
    if (redrive === undefined || message.receives <= redrive.maxReceiveCount) return false;
    this.put(this.byArn.get(redrive.targetArn), message.body);
    return true;
  }
}

const sent = ({ Id }: { Id: string }): { Id: string } => ({ Id });

function recordOf({ id, body, receives }: Message): object {
  return {
    messageId: id,
    body,
    attributes: { ApproximateReceiveCount: String(receives) },
    eventSource: "aws:sqs",
  };
}

/**
 * Returns the messages of a batch that stay in the queue until their visibility timeout ends. The
 * others are deleted.
 */
function leftBy(
  outcome: Outcome,
  { reportsItemFailures }: EventSourceDescription,
  batch: readonly Message[],
): readonly Message[] {
  if (outcome.how !== "returned") return batch;
  if (!reportsItemFailures) return [];
  const failed = failedOf(outcome.result, batch);
  return batch.filter(({ id }) => failed.has(id));
}

/**
 * The message IDs that a report marks as failed. Without a report, or with an empty one, none
 * failed. With an invalid report, all failed (Lambda Developer Guide: success and failure
 * conditions). AWS does not document a report that names a message outside the batch; here, all
 * failed too.
 */
function failedOf(report: unknown, batch: readonly Message[]): ReadonlySet<unknown> {
  const ids = new Set<unknown>(batch.map(({ id }) => id));
  const items = (report as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (items === undefined || items === null) return new Set();
  if (!Array.isArray(items)) return ids;
  const named = items.map((item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  return named.every((id) => ids.has(id)) ? new Set(named) : ids;
}
