import * as pulumi from "@pulumi/pulumi";

/** One statement of a policy, which allows unless a resource's own policy says otherwise. */
export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: pulumi.Input<pulumi.Input<string>[]>;
  readonly Condition?: pulumi.Input<
    Record<string, Record<string, pulumi.Input<string | string[]>>>
  >;
}

/** A statement of a resource's own policy: it says who may. */
export interface ResourceStatement extends Statement {
  readonly Principal: "*" | Record<string, pulumi.Input<string>>;
  readonly Effect?: "Deny";
}

const VERSION = "2012-10-17";

/**
 * A policy document. Built as a whole, because an Output inside `JSON.stringify` or a template
 * string turns into a warning text that AWS takes for a resource.
 */
export function policyDocument(
  statements: readonly (Statement | ResourceStatement)[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: VERSION,
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });
}

/** Lets a service of AWS take a role on. */
export function serviceTrustPolicy(service: string): string {
  return JSON.stringify({
    Version: VERSION,
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

/** What Lambda itself does in the function's name; the log group is not the function's to make. */
export function serviceStatements(args: {
  logGroupArn: pulumi.Input<string>;
  failuresQueueArn: pulumi.Input<string>;
  inVpc: boolean;
}): Statement[] {
  const statements: Statement[] = [
    {
      Sid: "Logs",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [pulumi.interpolate`${args.logGroupArn}:*`],
    },
    {
      Sid: "Traces",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      Resource: ["*"],
    },
    { Sid: "OwnFailures", Action: ["sqs:SendMessage"], Resource: [args.failuresQueueArn] },
  ];
  if (!args.inVpc) return statements;
  const network: Statement = {
    Sid: "NetworkInterfaces",
    Action: [
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ],
    // These actions know no resources at the time they are checked.
    Resource: ["*"],
  };
  return [...statements, network];
}

/** What Lambda's poller does with the queue of an event source. */
export function pollStatement(queueArn: pulumi.Input<string>): Statement {
  return {
    Sid: "EventSource",
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    Resource: [queueArn],
  };
}

export function sendStatement(...queueArns: pulumi.Input<string>[]): Statement {
  return { Sid: "Queues", Action: ["sqs:SendMessage"], Resource: queueArns };
}

export function invokeStatement(...functionArns: pulumi.Input<string>[]): Statement {
  return { Sid: "Functions", Action: ["lambda:InvokeFunction"], Resource: functionArns };
}

/** Metrics have no resource; the namespace is what can be held. */
export function metricsStatement(namespace: string): Statement {
  return {
    Sid: "Metrics",
    Action: ["cloudwatch:PutMetricData"],
    Resource: ["*"],
    Condition: { StringEquals: { "cloudwatch:namespace": namespace } },
  };
}

/** Reading one secret, in the function's own region. */
export function secretStatement(sid: string, secretArn: pulumi.Input<string>): Statement {
  return { Sid: sid, Action: ["secretsmanager:GetSecretValue"], Resource: [secretArn] };
}
