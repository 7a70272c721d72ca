import * as pulumi from "@pulumi/pulumi";

/** A statement of a policy. Its effect is Allow, unless a resource policy says Deny. */
export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: pulumi.Input<pulumi.Input<string>[]>;
  readonly Condition?: pulumi.Input<
    Record<string, Record<string, pulumi.Input<string | string[]>>>
  >;
}

/** A statement of a resource policy: it names a principal. */
export interface ResourceStatement extends Statement {
  readonly Principal: "*" | Record<string, pulumi.Input<string>>;
  readonly Effect?: "Deny";
}

const VERSION = "2012-10-17";

/**
 * A policy document. `pulumi.jsonStringify` resolves all outputs in it: in `JSON.stringify` or a
 * template string, an output becomes a warning text, which AWS reads as a resource.
 */
export function policyDocument(
  statements: readonly (Statement | ResourceStatement)[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: VERSION,
    Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })),
  });
}

/** Allows an AWS service to assume a role. */
export function serviceTrustPolicy(
  service: string,
  Condition?: Statement["Condition"],
): pulumi.Output<string> {
  const statement = { Principal: { Service: service }, Action: "sts:AssumeRole" };
  return pulumi.jsonStringify({
    Version: VERSION,
    Statement: [{ Effect: "Allow", ...statement, ...(Condition && { Condition }) }],
  });
}

/** What Lambda itself does with the function's role. The role may not create the log group. */
export function serviceStatements(args: {
  logGroupArn: pulumi.Input<string>;
  failuresQueueArn: pulumi.Input<string>;
}): Statement[] {
  return [
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
}

/**
 * What Lambda does with the network interfaces of functions in a network, in one region. Lambda
 * tests the role's right to delete them without naming one, so the resource must match any (Lambda
 * Developer Guide: execution role for a VPC).
 */
export function networkInterfacesStatements(
  region: string,
  accountId: pulumi.Input<string>,
): Statement[] {
  return [
    {
      Sid: "NetworkInterfaces",
      Action: [
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
      ],
      Resource: [pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:*/*`],
    },
    {
      Sid: "FindNetworkInterfaces",
      // These actions do not support resource-level permissions.
      Action: ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
      Resource: ["*"],
    },
  ];
}

/** What Lambda does with the queue of an event source mapping. */
export function pollStatement(...queueArns: pulumi.Input<string>[]): Statement {
  return {
    Sid: "EventSource",
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    Resource: queueArns,
  };
}

export function sendStatement(...queueArns: pulumi.Input<string>[]): Statement {
  return { Sid: "Queues", Action: ["sqs:SendMessage"], Resource: queueArns };
}

export function invokeStatement(...functionArns: pulumi.Input<string>[]): Statement {
  return { Sid: "Functions", Action: ["lambda:InvokeFunction"], Resource: functionArns };
}

/** PutMetricData supports no resource; a condition limits the namespace. */
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
