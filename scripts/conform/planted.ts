/**
 * Faults planted into a capture to prove that the validators find them. Each edits the inputs of one
 * resource and names the rule that must complain.
 */
import type { CapturedResource } from "../../support/capture/capture";
import { object, objects } from "./convert/pascal";

type Inputs = Record<string, unknown>;

export interface Fault {
  readonly validator: string;
  readonly rule: string;
  /** Type of the resource, as `sqs/queue`. */
  readonly type: string;
  /** The first resource of the type whose inputs have this is edited; absent, the first of all. */
  readonly having?: (inputs: Inputs) => boolean;
  readonly edit: (inputs: Inputs) => unknown;
}

/** Edits JSON that is a text in the inputs. */
function json(key: string, edit: (document: Inputs) => unknown) {
  return (inputs: Inputs): void => {
    const document = JSON.parse(String(inputs[key])) as Inputs;
    edit(document);
    inputs[key] = JSON.stringify(document);
  };
}

function statement(inputs: Inputs): Inputs {
  return objects(inputs["Statement"])[0] ?? {};
}

const policy = (edit: (first: Inputs) => unknown) =>
  json("policy", (document) => edit(statement(document)));
const body = (edit: (contract: Inputs) => unknown) => json("body", edit);
const orders = (contract: Inputs): Inputs =>
  object(object(object(contract["paths"])["/orders"])["post"]);
const widgets = (edit: (widgets: Inputs[]) => unknown) =>
  json("dashboardBody", ({ widgets: all }) => edit(objects(all)));
const has =
  (key: string, value?: unknown) =>
  (inputs: Inputs): boolean =>
    value === undefined ? key in inputs : inputs[key] === value;
const mentions = (text: string) => (inputs: Inputs) => JSON.stringify(inputs).includes(text);

/** Most faults are one line: validator, rule, type and edit. */
function fault(
  validator: string,
  rule: string,
  type: string,
  edit: (inputs: Inputs) => unknown,
  having?: Fault["having"],
): Fault {
  return { validator, rule, type, edit, ...(having && { having }) };
}

const serviceModels: Fault[] = [
  fault("service models", "member", "ec2/subnet", (i) => (i["availabiltyZone"] = "us-east-1a")),
  fault(
    "service models",
    "enum",
    "cloudwatch/metricAlarm",
    (i) => (i["comparisonOperator"] = ">="),
  ),
  fault("service models", "enum", "sqs/queue", (i) => (i["retentionSeconds"] = 60)),
  fault("service models", "pattern", "lambda/function", (i) => (i["role"] = "arn:aws:iam::1:x")),
  fault("service models", "pattern", "synthetics/canary", (i) => (i["name"] = "Prod.Health")),
  fault("service models", "maximum", "route53/healthCheck", (i) => (i["failureThreshold"] = 11)),
  fault("service models", "maximum", "iam/role", (i) => (i["name"] = "x".repeat(65))),
  fault(
    "service models",
    "minimum",
    "lambda/eventSourceMapping",
    (i) => (object(i["scalingConfig"])["maximumConcurrency"] = 1),
  ),
  fault("service models", "type", "cloudwatch/logGroup", (i) => (i["retentionInDays"] = "a year")),
  fault("service models", "required", "kms/alias", (i) => delete i["targetKeyId"]),
];

const iam: Fault[] = [
  fault(
    "iam",
    "action",
    "iam/rolePolicy",
    policy((s) => (s["Action"] = ["dynamodb:ReadItem"])),
  ),
  fault(
    "iam",
    "resource",
    "iam/rolePolicy",
    policy((s) => {
      Object.assign(s, {
        Action: ["sqs:SendMessage"],
        Resource: ["arn:aws:sns:us-east-1:123456789012:x"],
      });
    }),
  ),
  fault(
    "iam",
    "wildcard",
    "iam/rolePolicy",
    policy((s) => {
      Object.assign(s, { Action: ["dynamodb:DeleteItem"], Resource: ["*"] });
    }),
  ),
  fault(
    "iam",
    "condition",
    "iam/rolePolicy",
    policy((s) => {
      s["Condition"] = { StringEquals: { "sqs:LeadingKeys": "x" } };
    }),
  ),
  fault("iam", "source", "lambda/permission", (i) => {
    delete i["sourceArn"];
    delete i["sourceAccount"];
  }),
  fault(
    "iam",
    "anyone",
    "sns/topicPolicy",
    policy((s) => {
      s["Principal"] = "*";
      delete s["Condition"];
    }),
  ),
];

const python: Fault[] = [
  fault("cfn-lint", "E3012", "sqs/queue", (i) => (i["visibilityTimeoutSeconds"] = "long")),
  fault("cfn-lint", "E3030", "dynamodb/table", (i) => (i["billingMode"] = "PAY_BY_MONTH")),
  fault("cfn-lint", "E2531", "lambda/function", (i) => (i["runtime"] = "nodejs14.x")),
  fault("checkov", "CKV_AWS_57", "s3/bucket", (i) => (i["accessControl"] = "PublicReadWrite")),
  fault("checkov", "CKV_AWS_96", "rds/cluster", (i) => (i["storageEncrypted"] = false)),
  fault("checkov", "CKV_AWS_7", "kms/key", (i) => (i["enableKeyRotation"] = false)),
  fault(
    "parliament",
    "UNKNOWN_ACTION",
    "iam/rolePolicy",
    policy((s) => (s["Action"] = ["sqs:Send"])),
  ),
  fault(
    "parliament",
    "RESOURCE_MISMATCH",
    "iam/rolePolicy",
    policy((s) => {
      Object.assign(s, { Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::bucket"] });
    }),
  ),
  fault(
    "openapi-spec-validator",
    "invalid",
    "apigateway/restApi",
    body((c) => delete c["info"]),
  ),
  fault(
    "openapi-spec-validator",
    "invalid",
    "apigateway/restApi",
    body((c) => {
      delete orders(c)["responses"];
    }),
    mentions("placeOrder"),
  ),
];

const apiGateway: Fault[] = [
  fault(
    "api gateway",
    "path segment",
    "apigateway/restApi",
    body(({ paths }) => {
      object(paths)["/orders~{id}"] = object(paths)["/health"];
    }),
  ),
  fault(
    "api gateway",
    "keyword",
    "apigateway/restApi",
    body((contract) => {
      contract["components"] = { schemas: { Order: { oneOf: [] } } };
    }),
  ),
  fault(
    "api gateway",
    "response status",
    "apigateway/restApi",
    body((c) => {
      object(orders(c)["responses"])["default"] = { description: "Anything else" };
    }),
    mentions("placeOrder"),
  ),
  fault(
    "api gateway",
    "gateway response",
    "apigateway/restApi",
    body((c) => {
      object(c["x-amazon-apigateway-gateway-responses"])["TOO_MANY"] = {};
    }),
  ),
];

const cloudWatch: Fault[] = [
  fault(
    "dashboards",
    "overlap",
    "cloudwatch/dashboard",
    widgets((w) => Object.assign(w[1]!, { x: w[0]!["x"], y: w[0]!["y"] })),
  ),
  fault(
    "dashboards",
    "place",
    "cloudwatch/dashboard",
    widgets((w) => (w[0]!["width"] = 25)),
  ),
  fault(
    "dashboards",
    "key",
    "cloudwatch/dashboard",
    widgets((w) => (w[0]!["colour"] = "red")),
  ),
  fault("dashboards", "alarm", "cloudwatch/metricAlarm", (i) => (i["name"] = "renamed")),
  fault("alarms", "child", "cloudwatch/compositeAlarm", (i) => (i["alarmRule"] = 'ALARM("gone")')),
  fault(
    "alarms",
    "grammar",
    "cloudwatch/compositeAlarm",
    (i) => (i["alarmRule"] = "TRUE XOR TRUE"),
  ),
  fault("alarms", "period", "cloudwatch/metricAlarm", (i) => (i["period"] = 45), has("period")),
  fault("alarms", "window", "cloudwatch/metricAlarm", (i) => (i["evaluationPeriods"] = 2000)),
  fault("alarms", "datapoints", "cloudwatch/metricAlarm", (i) => (i["datapointsToAlarm"] = 99)),
];

const limits: Fault[] = [
  fault(
    "limits",
    "visibility",
    "lambda/function",
    (i) => (i["timeout"] = 900),
    (i) => String(i["name"]).includes("processor"),
  ),
  fault("limits", "environment size", "lambda/function", (i) => {
    object(object(i["environment"])["variables"])["LIST"] = "x".repeat(5000);
  }),
  fault("limits", "bucket name", "s3/bucket", (i) => (i["bucket"] = "sthree-archives")),
  fault("limits", "schedule", "cloudwatch/eventRule", (i) => {
    i["scheduleExpression"] = "rate(1 minutes)";
  }),
];

export const faults: readonly Fault[] = [
  ...serviceModels,
  ...iam,
  ...python,
  ...apiGateway,
  ...cloudWatch,
  ...limits,
];

/** A copy of the resources with the fault in it. */
export function plant(resources: readonly CapturedResource[], fault: Fault): CapturedResource[] {
  const { type, having = () => true, edit } = fault;
  const target = resources.find(
    (each) => each.type.startsWith(`aws:${type}:`) && having(each.inputs),
  );
  if (!target)
    throw new Error(`conform: no ${type} to plant ${fault.rule} of ${fault.validator} in`);
  const inputs = structuredClone(target.inputs);
  edit(inputs);
  return resources.map((each) => (each === target ? { ...each, inputs } : each));
}
