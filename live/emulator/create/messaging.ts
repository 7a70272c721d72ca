import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { textOf } from "../program";
import type { Stage } from "./stage";

/** Inputs of a queue that CreateQueue takes, and what it calls them. */
const attributes: Readonly<Record<string, string>> = {
  visibilityTimeoutSeconds: "VisibilityTimeout",
  messageRetentionSeconds: "MessageRetentionPeriod",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redrivePolicy: "RedrivePolicy",
  policy: "Policy",
};

export async function createQueues({ declarations, clients }: Stage): Promise<void> {
  for (const queue of declarations.all("sqs/queue:Queue")) {
    const given = Object.entries(attributes).flatMap(([input, attribute]) =>
      queue.inputs[input] === undefined ? [] : [[attribute, textOf(queue, input)]],
    );
    await clients(queue.region).sqs.send(
      new CreateQueueCommand({
        QueueName: textOf(queue, "name"),
        Attributes: Object.fromEntries(given) as Record<string, string>,
      }),
    );
  }
}

/** Creates the topics. Their functions subscribe later, when they exist. */
export async function createTopics({ declarations, clients }: Stage): Promise<void> {
  for (const topic of declarations.all("sns/topic:Topic")) {
    await clients(topic.region).sns.send(new CreateTopicCommand({ Name: textOf(topic, "name") }));
  }
  for (const policy of declarations.all("sns/topicPolicy:TopicPolicy")) {
    await clients(policy.region).sns.send(
      new SetTopicAttributesCommand({
        TopicArn: textOf(policy, "arn"),
        AttributeName: "Policy",
        AttributeValue: textOf(policy, "policy"),
      }),
    );
  }
}

/** Subscribes functions, also those of another region. People's addresses get no mail from here. */
export async function subscribe({ declarations, clients }: Stage): Promise<void> {
  for (const subscription of declarations.all("sns/topicSubscription:TopicSubscription")) {
    if (subscription.inputs["protocol"] !== "lambda") continue;
    await clients(subscription.region).sns.send(
      new SubscribeCommand({
        TopicArn: textOf(subscription, "topic"),
        Protocol: "lambda",
        Endpoint: textOf(subscription, "endpoint"),
      }),
    );
  }
}
