import { createHash } from "node:crypto";

/** The account in which the program is pretended to live. */
export const ACCOUNT_ID = "123456789012";

export type Properties = Record<string, unknown>;

/** What is known of a resource when AWS would answer that it was made. */
export interface Made {
  /** The logical name. */
  readonly name: string;
  readonly type: string;
  readonly inputs: Properties;
  readonly region: string;
}

/** A made resource: its id, and what AWS adds to its inputs. */
export interface Computed {
  readonly id: string;
  readonly state: Properties;
}

/** The same resource gets the same invented letters in every run. */
function digits({ type, name }: Made, length: number): string {
  return createHash("sha256").update(`${type}::${name}`).digest("hex").slice(0, length);
}

function uuid(made: Made): string {
  return digits(made, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function text(made: Made, key: string): string {
  const value = made.inputs[key];
  if (typeof value === "string") return value;
  throw new Error(
    `capture: ${made.type} ${made.name}: ${key} is ${JSON.stringify(value)}; AWS needs a text`,
  );
}

function arn(service: string, region: string, rest: string): string {
  return `arn:aws:${service}:${region}:${ACCOUNT_ID}:${rest}`;
}

/** Named by an input, which is also its id; the ARN ends in it. */
function named(service: string, key: string, prefix: string) {
  return (made: Made): Computed => {
    const name = text(made, key);
    return { id: name, state: { name, arn: arn(service, made.region, prefix + name) } };
  };
}

/** Named by EC2. */
function numbered(prefix: string, kind: string, extra: (made: Made) => Properties = () => ({})) {
  return (made: Made): Computed => {
    const id = `${prefix}-${digits(made, 17)}`;
    return { id, state: { arn: arn("ec2", made.region, `${kind}/${id}`), ...extra(made) } };
  };
}

/** A relation between others, without outputs that anybody reads. */
function relation(made: Made): Computed {
  return { id: `${made.name}-${digits(made, 8)}`, state: {} };
}

function cluster(made: Made): Computed {
  const id = text(made, "clusterIdentifier");
  const domain = `${digits(made, 12)}.${made.region}.rds.amazonaws.com`;
  return {
    id,
    state: {
      arn: arn("rds", made.region, `cluster:${id}`),
      clusterResourceId: `cluster-${digits(made, 26).toUpperCase()}`,
      endpoint: `${id}.cluster-${domain}`,
      readerEndpoint: `${id}.cluster-ro-${domain}`,
      port: 5432,
    },
  };
}

function clusterInstance(made: Made): Computed {
  const id = text(made, "identifier");
  return {
    id,
    state: {
      arn: arn("rds", made.region, `db:${id}`),
      endpoint: `${id}.${digits(made, 12)}.${made.region}.rds.amazonaws.com`,
      port: 5432,
    },
  };
}

function globalCluster(made: Made): Computed {
  const id = text(made, "globalClusterIdentifier");
  return {
    id,
    state: {
      arn: arn("rds", "", `global-cluster:${id}`),
      endpoint: `${id}.global-${digits(made, 12)}.global.rds.amazonaws.com`,
    },
  };
}

function lambdaFunction(made: Made): Computed {
  const id = text(made, "name");
  const functionArn = arn("lambda", made.region, `function:${id}`);
  const invokePath = `lambda:path/2015-03-31/functions/${functionArn}/invocations`;
  return {
    id,
    state: {
      arn: functionArn,
      invokeArn: `arn:aws:apigateway:${made.region}:${invokePath}`,
      qualifiedArn: `${functionArn}:$LATEST`,
      version: "$LATEST",
    },
  };
}

function queue(made: Made): Computed {
  const name = text(made, "name");
  const url = `https://sqs.${made.region}.amazonaws.com/${ACCOUNT_ID}/${name}`;
  return { id: url, state: { url, arn: arn("sqs", made.region, name) } };
}

function topic(made: Made): Computed {
  const id = arn("sns", made.region, text(made, "name"));
  return { id, state: { arn: id, owner: ACCOUNT_ID } };
}

function secret(made: Made): Computed {
  const id = arn("secretsmanager", made.region, `secret:${text(made, "name")}-${digits(made, 6)}`);
  return { id, state: { arn: id } };
}

function table(made: Made): Computed {
  const name = text(made, "name");
  const tableArn = arn("dynamodb", made.region, `table/${name}`);
  const streamArn = made.inputs.streamEnabled === true ? `${tableArn}/stream/1` : "";
  return { id: name, state: { arn: tableArn, streamArn } };
}

function restApi(made: Made): Computed {
  const id = digits(made, 10);
  return {
    id,
    state: {
      arn: `arn:aws:apigateway:${made.region}::/restapis/${id}`,
      executionArn: arn("execute-api", made.region, id),
      rootResourceId: digits(made, 12).slice(2),
    },
  };
}

function stage(made: Made): Computed {
  const api = text(made, "restApi");
  const name = text(made, "stageName");
  return {
    id: `ags-${api}-${name}`,
    state: {
      arn: `arn:aws:apigateway:${made.region}::/restapis/${api}/stages/${name}`,
      executionArn: arn("execute-api", made.region, `${api}/${name}`),
      invokeUrl: `https://${api}.execute-api.${made.region}.amazonaws.com/${name}`,
    },
  };
}

function zone(made: Made): Computed {
  const id = `Z${digits(made, 20).toUpperCase()}`;
  const nameServers = ["com", "net", "org", "co.uk"].map((end, n) => `ns-${n}.awsdns-0${n}.${end}`);
  return { id, state: { arn: `arn:aws:route53:::hostedzone/${id}`, zoneId: id, nameServers } };
}

function record(made: Made): Computed {
  const name = text(made, "name");
  const id = [text(made, "zoneId"), name, text(made, "type"), text(made, "setIdentifier")];
  return { id: id.join("_"), state: { fqdn: name } };
}

function healthCheck(made: Made): Computed {
  const id = uuid(made);
  return { id, state: { arn: `arn:aws:route53:::healthcheck/${id}` } };
}

function role(made: Made): Computed {
  const id = text(made, "name");
  return { id, state: { arn: arn("iam", "", `role/${id}`), uniqueId: `AROA${digits(made, 17)}` } };
}

function key(made: Made): Computed {
  const id = uuid(made);
  return { id, state: { keyId: id, arn: arn("kms", made.region, `key/${id}`) } };
}

function compositeAlarm(made: Made): Computed {
  const id = text(made, "alarmName");
  return { id, state: { arn: arn("cloudwatch", made.region, `alarm:${id}`) } };
}

function password(made: Made): Computed {
  const length = Number(made.inputs.length);
  return { id: "none", state: { result: digits(made, 64).repeat(4).slice(0, length) } };
}

const vpc = numbered("vpc", "vpc", (made) => ({
  defaultSecurityGroupId: `sg-${digits(made, 17)}`,
}));
const vpcEndpoint = numbered("vpce", "vpc-endpoint", (made) =>
  made.inputs.vpcEndpointType === "Gateway" ? { prefixListId: `pl-${digits(made, 8)}` } : {},
);

const makers: Readonly<Record<string, (made: Made) => Computed>> = {
  "aws:apigateway/deployment:Deployment": (made) => ({ id: digits(made, 6), state: {} }),
  "aws:apigateway/methodSettings:MethodSettings": relation,
  "aws:apigateway/restApi:RestApi": restApi,
  "aws:apigateway/stage:Stage": stage,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": compositeAlarm,
  "aws:cloudwatch/eventRule:EventRule": named("events", "name", "rule/"),
  "aws:cloudwatch/eventTarget:EventTarget": relation,
  "aws:cloudwatch/logGroup:LogGroup": named("logs", "name", "log-group:"),
  "aws:cloudwatch/metricAlarm:MetricAlarm": named("cloudwatch", "name", "alarm:"),
  "aws:dynamodb/table:Table": table,
  "aws:ec2/routeTable:RouteTable": numbered("rtb", "route-table"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": relation,
  "aws:ec2/securityGroup:SecurityGroup": numbered("sg", "security-group"),
  "aws:ec2/subnet:Subnet": numbered("subnet", "subnet"),
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": (made) => ({
    id: `${text(made, "role")}:${text(made, "name")}`,
    state: {},
  }),
  "aws:kms/alias:Alias": named("kms", "name", ""),
  "aws:kms/key:Key": key,
  "aws:lambda/eventSourceMapping:EventSourceMapping": (made) => ({
    id: uuid(made),
    state: { uuid: uuid(made) },
  }),
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": relation,
  "aws:lambda/invocation:Invocation": (made) => ({
    ...relation(made),
    state: { result: JSON.stringify({ status: "migrated", applied: [] }) },
  }),
  "aws:lambda/permission:Permission": (made) => ({
    ...relation(made),
    state: { statementId: made.name },
  }),
  "aws:rds/cluster:Cluster": cluster,
  "aws:rds/clusterInstance:ClusterInstance": clusterInstance,
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": named("rds", "name", "cluster-pg:"),
  "aws:rds/globalCluster:GlobalCluster": globalCluster,
  "aws:rds/subnetGroup:SubnetGroup": named("rds", "name", "subgrp:"),
  "aws:route53/healthCheck:HealthCheck": healthCheck,
  "aws:route53/record:Record": record,
  "aws:route53/zone:Zone": zone,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretVersion:SecretVersion": relation,
  "aws:sns/topic:Topic": topic,
  "aws:sns/topicPolicy:TopicPolicy": (made) => ({ id: text(made, "arn"), state: {} }),
  "aws:sns/topicSubscription:TopicSubscription": (made) => {
    const id = `${text(made, "topic")}:${uuid(made)}`;
    return { id, state: { arn: id } };
  },
  "aws:sqs/queue:Queue": queue,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": numbered("sgr", "security-group-rule"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": numbered(
    "sgr",
    "security-group-rule",
  ),
  "pulumi:providers:aws": (made) => ({ id: uuid(made), state: {} }),
  "random:index/randomPassword:RandomPassword": password,
};

/**
 * The id and the whole state of a resource as if AWS had made it: inputs, and what AWS computes.
 * @throws Error for a type that nobody has described here: a state with holes would turn into
 * inputs that Pulumi silently drops.
 */
export function computeState(made: Made): Computed {
  const maker = makers[made.type];
  if (!maker) {
    throw new Error(
      `capture: got a ${made.type} (${made.name}); known are the types in drill/program/state.ts; ` +
        "describe there what AWS computes for it",
    );
  }
  const { id, state } = maker(made);
  return { id, state: { ...made.inputs, region: made.region, ...state } };
}

/** What a data source answers. */
export function answerInvoke(token: string, region: string): Properties {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: ACCOUNT_ID, arn: arn("iam", "", "user/capture"), id: ACCOUNT_ID };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { id: region, names: ["a", "b", "c"].map((zone) => region + zone) };
    default:
      throw new Error(`capture: got the data source ${token}; answer it in drill/program/state.ts`);
  }
}
