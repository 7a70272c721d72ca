import { type Conversions, tagList } from "./conversion";
import { type Inputs, defined, pascal, without } from "./pascal";

const roles: Conversions = {
  "iam/role": (inputs, context) => {
    const { name, assumeRolePolicy, ...rest } = without(inputs, "tags", "forceDetachPolicies");
    const trust = assumeRolePolicy as string;
    return {
      template: {
        type: "AWS::IAM::Role",
        properties: {
          ...pascal(rest),
          RoleName: name,
          AssumeRolePolicyDocument: JSON.parse(trust) as unknown,
          Tags: tagList(context),
        },
      },
      requests: [
        [
          "iam.CreateRole",
          {
            ...pascal(rest),
            RoleName: name,
            AssumeRolePolicyDocument: trust,
            Tags: tagList(context),
          },
        ],
      ],
      policies: [{ kind: "trust", document: trust }],
    };
  },
  "iam/rolePolicy": ({ name, policy, role }, context) => ({
    template: {
      type: "AWS::IAM::Role",
      properties: {
        Policies: [{ PolicyName: name, PolicyDocument: JSON.parse(policy as string) as unknown }],
      },
      partOf: context.owner("iam/role", ({ id }) => id === role),
    },
    requests: [["iam.PutRolePolicy", { RoleName: role, PolicyName: name, PolicyDocument: policy }]],
    policies: [{ kind: "identity", document: policy as string }],
  }),
};

/** The statement that AddPermission adds to a function's policy. */
function permissionPolicy(inputs: Inputs, functionArn: string): string {
  const { principal, action, sourceArn, sourceAccount } = inputs;
  const conditions = defined({
    ArnLike: sourceArn && { "AWS:SourceArn": sourceArn },
    StringEquals: sourceAccount && { "AWS:SourceAccount": sourceAccount },
  });
  const statement = {
    Effect: "Allow",
    Principal: { Service: principal },
    Action: action,
    Resource: functionArn,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

const lambda: Conversions = {
  "lambda/function": (inputs, context) => {
    const { reservedConcurrentExecutions, ...rest } = without(
      inputs,
      ...["code", "replaceSecurityGroupsOnDestroy", "replacementSecurityGroupIds", "tags"],
    );
    const both = pascal(rest, { name: "FunctionName", kmsKeyArn: "KMSKeyArn" });
    const code = { S3Bucket: "uploaded-code", S3Key: "code.zip" };
    return {
      template: {
        type: "AWS::Lambda::Function",
        properties: defined({
          ...both,
          Code: code,
          ReservedConcurrentExecutions: reservedConcurrentExecutions,
          Tags: tagList(context),
        }),
      },
      requests: [
        ["lambda.CreateFunction", { ...both, Code: code, PackageType: "Zip", Tags: context.tags }],
        ...(reservedConcurrentExecutions === undefined
          ? []
          : [
              [
                "lambda.PutFunctionConcurrency",
                {
                  FunctionName: inputs["name"],
                  ReservedConcurrentExecutions: reservedConcurrentExecutions,
                },
              ] as const,
            ]),
      ],
    };
  },
  "lambda/permission": (inputs, context) => {
    const parameters = pascal(without(inputs, "statementId"), { function: "FunctionName" });
    const owner = context.owner("lambda/function", ({ id }) => id === inputs["function"]);
    const document = permissionPolicy(inputs, String(owner.state["arn"]));
    return {
      template: { type: "AWS::Lambda::Permission", properties: parameters },
      requests: [
        // The provider generates a statement's id from the resource's name.
        ["lambda.AddPermission", { ...parameters, StatementId: context.resource.name }],
      ],
      policies: [{ kind: "resource", document }],
    };
  },
  "lambda/eventSourceMapping": (inputs) => ({
    template: { type: "AWS::Lambda::EventSourceMapping", properties: pascal(inputs) },
    requests: [["lambda.CreateEventSourceMapping", pascal(inputs)]],
  }),
  "lambda/functionEventInvokeConfig": (inputs) => ({
    template: {
      type: "AWS::Lambda::EventInvokeConfig",
      properties: { ...pascal(inputs), Qualifier: "$LATEST" },
    },
    requests: [["lambda.PutFunctionEventInvokeConfig", pascal(inputs)]],
  }),
  "lambda/invocation": (inputs) => ({
    requests: [
      [
        "lambda.Invoke",
        pascal(without(inputs, "triggers", "lifecycleScope"), { input: "Payload" }),
      ],
    ],
  }),
};

export const functions: Conversions = { ...roles, ...lambda };
