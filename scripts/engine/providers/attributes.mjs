// Names, ids, ARNs and computed attributes of the resources, shaped as AWS shapes them. A type that
// is not listed gets a generic id and ARN.
import { createHash, randomBytes, randomUUID } from "node:crypto";

export const ACCOUNT = process.env.RIG_ACCOUNT_ID ?? "123456789012";
export const hex = (length) => randomBytes(length).toString("hex").slice(0, length);
const upper = (length) => hex(length).toUpperCase();

/** Services whose resources belong to no region. */
const GLOBAL = new Set(["iam", "route53"]);
export const isGlobal = ({ module }) => GLOBAL.has(module);

/** The service's name in an ARN, where it differs from the SDK's module. */
const SERVICES = { cloudwatch: "events", vpc: "ec2" };
/** Properties that hold the name which AWS knows a resource by. */
export const NAMES = [
  "name",
  "alarmName",
  "bucket",
  "clusterIdentifier",
  "globalClusterIdentifier",
  "identifier",
];
const EC2_IDS = {
  vpc: "vpc",
  subnet: "subnet",
  securityGroup: "sg",
  defaultSecurityGroup: "sg",
  flowLog: "fl",
  routeTable: "rtb",
  routeTableAssociation: "rtbassoc",
  vpcEndpoint: "vpce",
  securityGroupEgressRule: "sgr",
  securityGroupIngressRule: "sgr",
};

/** ARN after the account, and the service where the module names another one. */
const ARNS = {
  "acm/certificate": () => ["acm", `certificate/${randomUUID()}`],
  "cloudwatch/compositeAlarm": ({ name }) => ["cloudwatch", `alarm:${name}`],
  "cloudwatch/eventRule": ({ name }) => ["events", `rule/${name}`],
  "cloudwatch/logGroup": ({ name }) => ["logs", `log-group:${name}`],
  "cloudwatch/metricAlarm": ({ name }) => ["cloudwatch", `alarm:${name}`],
  "dynamodb/table": ({ name }) => ["dynamodb", `table/${name}`],
  "iam/role": ({ name }) => ["iam", `role/${name}`],
  "kms/alias": ({ name }) => ["kms", name],
  "kms/key": ({ id }) => ["kms", `key/${id}`],
  "lambda/function": ({ name }) => ["lambda", `function:${name}`],
  "rds/cluster": ({ name }) => ["rds", `cluster:${name}`],
  "rds/clusterInstance": ({ name }) => ["rds", `db:${name}`],
  "rds/clusterParameterGroup": ({ name }) => ["rds", `cluster-pg:${name}`],
  "rds/eventSubscription": ({ name }) => ["rds", `es:${name}`],
  "rds/subnetGroup": ({ name }) => ["rds", `subgrp:${name}`],
  "secretsmanager/secret": ({ name }) => ["secretsmanager", `secret:${name}-${hex(6)}`],
  "sns/topic": ({ name }) => ["sns", name],
  "sns/topicSubscription": ({ inputs }) => [
    "sns",
    `${inputs.topic.split(":").pop()}:${randomUUID()}`,
  ],
  "sqs/queue": ({ name }) => ["sqs", name],
  "synthetics/canary": ({ name }) => ["synthetics", `canary:${name}`],
  "wafv2/webAcl": ({ name, id }) => ["wafv2", `regional/webacl/${name}/${id}`],
};

/** ARNs without region or account. */
const SHORT_ARNS = {
  "apigateway/restApi": ({ id, region }) => `arn:aws:apigateway:${region}::/restapis/${id}`,
  "apigateway/stage": ({ inputs, region }) =>
    `arn:aws:apigateway:${region}::/restapis/${inputs.restApi}/stages/${inputs.stageName}`,
  "cloudwatch/dashboard": ({ inputs }) =>
    `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${inputs.dashboardName}`,
  "rds/globalCluster": ({ name }) => `arn:aws:rds::${ACCOUNT}:global-cluster:${name}`,
  "route53/healthCheck": ({ id }) => `arn:aws:route53:::healthcheck/${id}`,
  "route53/zone": ({ id }) => `arn:aws:route53:::hostedzone/${id}`,
  "s3/bucket": ({ name }) => `arn:aws:s3:::${name}`,
  "s3/bucketObjectv2": ({ inputs }) => `arn:aws:s3:::${inputs.bucket}/${inputs.key}`,
};

const ARN = "arn";
const IDS = {
  "acm/certificate": () => ARN,
  "apigateway/restApi": () => hex(10),
  "cloudwatch/dashboard": ({ inputs }) => inputs.dashboardName,
  "iam/rolePolicy": ({ inputs }) => `${inputs.role}:${inputs.name}`,
  "kms/key": () => randomUUID(),
  "lambda/permission": ({ inputs }) => inputs.statementId ?? hex(8),
  "route53/healthCheck": () => randomUUID(),
  "route53/record": ({ inputs: { zoneId, name, type, setIdentifier } }) =>
    [zoneId, name, type, setIdentifier].filter(Boolean).join("_"),
  "route53/zone": () => `Z${upper(20)}`,
  "s3/bucketObjectv2": ({ inputs }) => inputs.key,
  "secretsmanager/secret": () => ARN,
  "secretsmanager/secretVersion": ({ inputs }) => `${inputs.secretId}|terraform-${hex(20)}`,
  "sns/topic": () => ARN,
  "sns/topicSubscription": () => ARN,
  "wafv2/webAcl": () => randomUUID(),
  "sqs/queue": ({ name, region }) => `https://sqs.${region}.amazonaws.com/${ACCOUNT}/${name}`,
};

const invokeArn = ({ arn, region }) =>
  `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
const executeApi = ({ id, region }) => `arn:aws:execute-api:${region}:${ACCOUNT}:${id}`;
const rdsHost =
  (kind) =>
  ({ name, unique, region }) =>
    `${name}.${kind}${unique}.${region}.rds.amazonaws.com`;

/** Computed attributes whose shape something depends on. */
const ATTRIBUTES = {
  "acm/certificate:domainValidationOptions": ({ inputs }) =>
    [inputs.domainName, ...(inputs.subjectAlternativeNames ?? [])].map((domainName) => ({
      domainName,
      // The same for every certificate of the domain in an account.
      resourceRecordName: `_${sha(domainName).slice(0, 32)}.${domainName}.`,
      resourceRecordType: "CNAME",
      resourceRecordValue: `_${sha(ACCOUNT + domainName).slice(0, 32)}.acm-validations.aws.`,
    })),
  "apigateway/restApi:executionArn": executeApi,
  "apigateway/stage:executionArn": ({ inputs, region }) =>
    `${executeApi({ id: inputs.restApi, region })}/${inputs.stageName}`,
  "apigateway/stage:invokeUrl": ({ inputs, region }) =>
    `https://${inputs.restApi}.execute-api.${region}.amazonaws.com/${inputs.stageName}`,
  "dynamodb/table:streamArn": ({ arn, now }) => `${arn}/stream/${now.replace("Z", "")}`,
  "lambda/function:invokeArn": invokeArn,
  "lambda/function:qualifiedArn": ({ arn }) => `${arn}:$LATEST`,
  "lambda/function:version": () => "$LATEST",
  "rds/cluster:clusterResourceId": () => `cluster-${upper(26)}`,
  "rds/cluster:endpoint": rdsHost("cluster-"),
  "rds/cluster:port": () => 5432,
  "rds/cluster:readerEndpoint": rdsHost("cluster-ro-"),
  "rds/cluster:masterUserSecrets": ({ inputs, region }) =>
    inputs.manageMasterUserPassword
      ? [
          {
            kmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:key/${randomUUID()}`,
            secretArn: `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:rds!cluster-${hex(6)}`,
            secretStatus: "active",
          },
        ]
      : [],
  "rds/clusterInstance:endpoint": rdsHost(""),
  "rds/clusterInstance:port": () => 5432,
  "rds/globalCluster:endpoint": ({ name, unique }) =>
    `${name}.global-${unique}.global.rds.amazonaws.com`,
  "route53/record:fqdn": ({ inputs }) => inputs.name,
  "route53/zone:nameServers": () =>
    ["com", "net", "org", "co.uk"].map((top, index) => `ns-${index}.awsdns-0${index}.${top}`),
  "route53/zone:zoneId": ({ id }) => id,
  "kms/key:keyId": ({ id }) => id,
  "s3/bucket:bucketRegionalDomainName": ({ name, region }) => `${name}.s3.${region}.amazonaws.com`,
  "sqs/queue:url": ({ id }) => id,
};

const keyOf = ({ module, resource }) => `${module}/${resource}`;

/** The name that AWS knows a resource by, where it has one of its own. */
export function nameOf(type, inputs) {
  if (/^bucket.|^clusterInstance$/.test(type.resource)) return inputs.identifier;
  return NAMES.map((property) => inputs[property]).find((name) => typeof name === "string");
}

function arnOf(type, context) {
  const key = keyOf(type);
  const short = SHORT_ARNS[key]?.(context);
  if (short) return short;
  const path = `${type.resource}/${context.name ?? context.id}`;
  const [service, rest] = ARNS[key]?.(context) ?? [SERVICES[type.module] ?? type.module, path];
  return `arn:aws:${service}:${isGlobal(type) ? "" : context.region}:${ACCOUNT}:${rest}`;
}

function idOf(type, context) {
  const id = IDS[keyOf(type)]?.(context);
  if (id) return id;
  const prefix = ["ec2", "vpc"].includes(type.module) && EC2_IDS[type.resource];
  return prefix ? `${prefix}-${hex(17)}` : (context.name ?? `${type.resource}-${hex(12)}`);
}

/** What the attributes of a resource are made from; with `id` those of a live one. */
export function contextOf(type, inputs, region, existing) {
  const name = nameOf(type, inputs);
  const context = { inputs, region, name, unique: hex(12), now: new Date().toISOString() };
  if (existing) return { ...context, ...existing };
  const id = idOf(type, context);
  const arn = arnOf(type, { ...context, id });
  return { ...context, arn, id: id === ARN ? arn : id };
}

/** The value of an attribute that AWS computes; objects are left out. */
export function attribute(type, property, context) {
  const listed = ATTRIBUTES[`${keyOf(type)}:${property}`];
  if (listed) return listed(context);
  const { arn, id, name = id, region, unique, now } = context;
  const common = { arn, region, ownerId: ACCOUNT, accountId: ACCOUNT, createdDate: now };
  if (property in common) return common[property];
  const valueType = type.outputs[property].replace(/ \| undefined$/, "");
  if (valueType.endsWith("[]")) return [];
  if (valueType === "number") return 0;
  if (valueType === "boolean") return false;
  if (valueType !== "string") return undefined;
  if (/zoneId$/i.test(property))
    return `Z${sha(type.module + region)
      .toUpperCase()
      .slice(0, 13)}`;
  if (/arn$/i.test(property)) return arn;
  if (/id$/i.test(property)) return `${property}-${hex(12)}`;
  if (/domainName$|endpoint$|dnsName$/i.test(property))
    return `${name}.${unique}.${region}.amazonaws.com`;
  if (/version$/i.test(property)) return "1";
  return NAMES.includes(property) ? name : "";
}

const sha = (text) => createHash("sha256").update(text).digest("hex");

/** The end of an automatic name: 7 characters, the same for the same seed. */
export const suffixOf = (seed) => (seed.length > 0 ? sha(seed) : hex(7)).slice(0, 7);
