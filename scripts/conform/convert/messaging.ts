import { type Conversions, tagList } from "./conversion";
import { defined, pascal, texts, without } from "./pascal";

const queueNames = {
  name: "QueueName",
  messageRetentionSeconds: "MessageRetentionPeriod",
  visibilityTimeoutSeconds: "VisibilityTimeout",
};

export const messaging: Conversions = {
  "sns/topic": (inputs, context) => ({
    template: {
      type: "AWS::SNS::Topic",
      properties: { ...pascal(inputs, { name: "TopicName" }), Tags: tagList(context) },
    },
    requests: [
      [
        "sns.CreateTopic",
        {
          Name: inputs["name"],
          Attributes: texts(pascal(without(inputs, "name"))),
          Tags: tagList(context),
        },
      ],
    ],
  }),
  "sns/topicPolicy": ({ arn, policy }) => ({
    template: {
      type: "AWS::SNS::TopicPolicy",
      properties: { Topics: [arn], PolicyDocument: JSON.parse(policy as string) as unknown },
    },
    requests: [
      [
        "sns.SetTopicAttributes",
        { TopicArn: arn, AttributeName: "Policy", AttributeValue: policy },
      ],
    ],
    policies: [{ kind: "resource", document: policy as string }],
  }),
  "sns/topicSubscription": (inputs) => {
    const parameters = pascal(inputs, { topic: "TopicArn" });
    const [, , , region] = String(inputs["topic"]).split(":");
    return {
      template: { type: "AWS::SNS::Subscription", properties: { ...parameters, Region: region } },
      requests: [["sns.Subscribe", parameters]],
    };
  },
  "sqs/queue": (inputs, context) => {
    const { QueueName, ...attributes } = pascal(inputs, queueNames);
    return {
      template: {
        type: "AWS::SQS::Queue",
        properties: { QueueName, ...attributes, Tags: tagList(context) },
      },
      requests: [
        ["sqs.CreateQueue", { QueueName, Attributes: texts(attributes), tags: context.tags }],
      ],
    };
  },
  "cloudwatch/eventRule": (inputs, context) => {
    const { eventPattern } = inputs;
    const rest = pascal(without(inputs, "eventPattern"));
    const pattern =
      eventPattern === undefined ? undefined : (JSON.parse(eventPattern as string) as unknown);
    return {
      template: {
        type: "AWS::Events::Rule",
        properties: defined({ ...rest, EventPattern: pattern, Tags: tagList(context) }),
      },
      requests: [
        [
          "events.PutRule",
          defined({ ...rest, EventPattern: eventPattern, Tags: tagList(context) }),
        ],
      ],
    };
  },
  "cloudwatch/eventTarget": (inputs, context) => {
    const target = {
      ...pascal(without(inputs, "rule")),
      Id: context.resource.name.slice(0, 64),
    };
    return {
      template: {
        type: "AWS::Events::Rule",
        properties: { Targets: [target] },
        partOf: context.owner("cloudwatch/eventRule", ({ id }) => id === inputs["rule"]),
      },
      requests: [["events.PutTargets", { Rule: inputs["rule"], Targets: [target] }]],
    };
  },
};
