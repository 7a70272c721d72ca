import * as aws from "@pulumi/aws";
import type { LambdaFunction } from "../functions/lambdaFunction";
import type { ChildOptions } from "../platform/component";

export interface FunctionSubscription {
  readonly topic: aws.sns.Topic;
  /** May stand in another region than the topic. */
  readonly target: LambdaFunction;
}

/** Invokes a function with every message of a topic. */
export function subscribeFunction(
  name: string,
  { topic, target }: FunctionSubscription,
  optionsIn: { readonly topic: ChildOptions; readonly target: ChildOptions },
): void {
  const permission = new aws.lambda.Permission(
    name,
    {
      action: "lambda:InvokeFunction",
      function: target.function.name,
      principal: "sns.amazonaws.com",
      sourceArn: topic.arn,
    },
    optionsIn.target,
  );
  new aws.sns.TopicSubscription(
    name,
    { topic: topic.arn, protocol: "lambda", endpoint: target.function.arn },
    // A subscription belongs to the region of its topic.
    { ...optionsIn.topic, dependsOn: [permission] },
  );
}
