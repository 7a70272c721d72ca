import {
  type Lookup,
  type Resource,
  flag,
  json,
  list,
  number,
  object,
  optionalText,
  refuse,
  regionOf,
  text,
} from "./lookup";
import { type Statement, parsePolicy } from "./policy";

export interface QueueDescription {
  name: string;
  arn: string;
  url: string;
  region: string;
  visibilityMs: number;
  retentionMs: number;
  redrive: { targetArn: string; maxReceiveCount: number } | undefined;
}

export interface EventSourceDescription {
  queueArn: string;
  functionReference: string;
  region: string;
  isEnabled: boolean;
  batchSize: number;
  maximumConcurrency: number;
  reportsItemFailures: boolean;
}

export interface RuleDescription {
  name: string;
  arn: string;
  region: string;
  isEnabled: boolean;
  /** Undefined for a rule without a schedule. */
  periodMs: number | undefined;
  targets: readonly RuleTargetDescription[];
}

export interface RuleTargetDescription {
  arn: string;
  input: string | undefined;
  /** Number of retries if the target does not accept an event. */
  retries: number;
  eventAgeMaxMs: number;
}

export interface TopicDescription {
  arn: string;
  region: string;
  policy: readonly Statement[];
  subscriptions: readonly SubscriptionDescription[];
}

export interface SubscriptionDescription {
  protocol: string;
  endpoint: string;
}

export function describeQueues(lookup: Lookup): QueueDescription[] {
  return lookup.all("aws:sqs/queue:Queue").map((queue) => {
    const redrive = json(queue, "redrivePolicy") as
      { deadLetterTargetArn: string; maxReceiveCount: number | string } | undefined;
    return {
      name: text(queue, "name"),
      arn: text(queue, "arn"),
      url: text(queue, "url"),
      region: regionOf(queue),
      visibilityMs: number(queue, "visibilityTimeoutSeconds", 30) * 1000,
      retentionMs: number(queue, "messageRetentionSeconds", 345_600) * 1000,
      redrive: redrive && {
        targetArn: redrive.deadLetterTargetArn,
        maxReceiveCount: Number(redrive.maxReceiveCount),
      },
    };
  });
}

export function describeEventSources(lookup: Lookup): EventSourceDescription[] {
  return lookup.all("aws:lambda/eventSourceMapping:EventSourceMapping").map((mapping) => {
    refuse(mapping, "maximumBatchingWindowInSeconds");
    return {
      queueArn: text(mapping, "eventSourceArn"),
      functionReference: text(mapping, "functionName"),
      region: regionOf(mapping),
      isEnabled: flag(mapping, "enabled", true),
      batchSize: number(mapping, "batchSize", 10),
      maximumConcurrency: Number(object(mapping, "scalingConfig")?.["maximumConcurrency"] ?? 1000),
      reportsItemFailures: list(mapping, "functionResponseTypes").includes(
        "ReportBatchItemFailures",
      ),
    };
  });
}

export function describeRules(lookup: Lookup): RuleDescription[] {
  const targets = lookup.all("aws:cloudwatch/eventTarget:EventTarget");
  return lookup.all("aws:cloudwatch/eventRule:EventRule").map((rule) => {
    const region = regionOf(rule);
    const name = text(rule, "name");
    return {
      name,
      arn: text(rule, "arn"),
      region,
      isEnabled: optionalText(rule, "state") !== "DISABLED" && flag(rule, "isEnabled", true),
      periodMs: periodOf(optionalText(rule, "scheduleExpression")),
      targets: targets
        .filter((target) => target.region === region && text(target, "rule") === name)
        .map(describeTarget),
    };
  });
}

/**
 * By default, EventBridge retries a target for 24 hours and up to 185 times (EventBridge User
 * Guide).
 */
function describeTarget(target: Resource): RuleTargetDescription {
  const policy = object(target, "retryPolicy");
  return {
    arn: text(target, "arn"),
    input: optionalText(target, "input"),
    retries: Number(policy?.["maximumRetryAttempts"] ?? 185),
    eventAgeMaxMs: Number(policy?.["maximumEventAgeInSeconds"] ?? 86_400) * 1000,
  };
}

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The interval of a schedule; undefined without one. */
export function periodOf(expression: string | undefined): number | undefined {
  if (expression === undefined) return undefined;
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate === null) {
    throw new Error(`schedule ${expression} is not modelled: use rate(...) or extend periodOf`);
  }
  return Number(rate[1]) * unitMs[rate[2]!]!;
}

/**
 * The policy that SNS gives a topic by default: the owner's account may publish, and so may
 * services that act for it, such as CloudWatch (SNS Developer Guide: default access policy).
 */
function defaultPolicy(topicArn: string): Statement[] {
  return parsePolicy({
    Statement: {
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: "SNS:Publish",
      Resource: topicArn,
      Condition: { StringEquals: { "AWS:SourceOwner": topicArn.split(":")[4] } },
    },
  });
}

export function describeTopics(lookup: Lookup): TopicDescription[] {
  const policies = lookup.all("aws:sns/topicPolicy:TopicPolicy");
  const subscriptions = lookup.all("aws:sns/topicSubscription:TopicSubscription");
  return lookup.all("aws:sns/topic:Topic").map((topic) => {
    const arn = text(topic, "arn");
    const region = regionOf(topic);
    const own = policies.find((policy) => text(policy, "arn") === arn) ?? topic;
    const document = json(own, "policy");
    return {
      arn,
      region,
      policy: document === undefined ? defaultPolicy(arn) : parsePolicy(document),
      // SNS rejects a subscription that is made in another region than the topic's.
      subscriptions: subscriptions
        .filter((each) => text(each, "topic") === arn && each.region === region)
        .map(describeSubscription),
    };
  });
}

function describeSubscription(subscription: Resource): SubscriptionDescription {
  refuse(subscription, "filterPolicy");
  return { protocol: text(subscription, "protocol"), endpoint: text(subscription, "endpoint") };
}
