import {
  ACCOUNT_ID,
  type Computed,
  type Made,
  type Properties,
  arn,
  bucket,
  canary,
  certificate,
  cluster,
  clusterInstance,
  compositeAlarm,
  digits,
  domainName,
  globalCluster,
  healthCheck,
  key,
  lambdaFunction,
  named,
  numbered,
  password,
  queue,
  record,
  relation,
  restApi,
  role,
  secret,
  stage,
  table,
  text,
  topic,
  uuid,
  webAcl,
  zone,
} from "./computed";

export type { Properties } from "./computed";

const vpc = numbered("vpc", "vpc", (made) => ({
  defaultSecurityGroupId: `sg-${digits(made, 17)}`,
}));
const vpcEndpoint = numbered("vpce", "vpc-endpoint", (made) =>
  made.inputs.vpcEndpointType === "Gateway" ? { prefixListId: `pl-${digits(made, 8)}` } : {},
);

/** A part of a bucket's configuration has the bucket's own id. */
const bucketPart = (made: Made): Computed => ({ id: text(made, "bucket"), state: {} });

const makers: Readonly<Record<string, (made: Made) => Computed>> = {
  "aws:acm/certificate:Certificate": certificate,
  "aws:acm/certificateValidation:CertificateValidation": relation,
  "aws:apigateway/basePathMapping:BasePathMapping": relation,
  "aws:apigateway/deployment:Deployment": (made) => ({ id: digits(made, 6), state: {} }),
  "aws:apigateway/domainName:DomainName": domainName,
  "aws:apigateway/methodSettings:MethodSettings": relation,
  "aws:apigateway/restApi:RestApi": restApi,
  "aws:apigateway/stage:Stage": stage,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": compositeAlarm,
  "aws:cloudwatch/dashboard:Dashboard": named("cloudwatch", "dashboardName", "dashboard/"),
  "aws:cloudwatch/eventRule:EventRule": named("events", "name", "rule/"),
  "aws:cloudwatch/eventTarget:EventTarget": relation,
  "aws:cloudwatch/logGroup:LogGroup": named("logs", "name", "log-group:"),
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (made) => ({
    id: text(made, "policyName"),
    state: {},
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": named("cloudwatch", "name", "alarm:"),
  "aws:dynamodb/table:Table": table,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": numbered("sg", "security-group"),
  "aws:ec2/flowLog:FlowLog": numbered("fl", "vpc-flow-log"),
  "aws:ec2/routeTable:RouteTable": numbered("rtb", "route-table"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": relation,
  "aws:ec2/securityGroup:SecurityGroup": numbered("sg", "security-group"),
  "aws:ec2/subnet:Subnet": numbered("subnet", "subnet"),
  "aws:ec2/vpc:Vpc": vpc,
  "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  "aws:fis/experimentTemplate:ExperimentTemplate": (made) => ({
    id: `EXT${digits(made, 15)}`,
    state: {},
  }),
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
  "aws:rds/eventSubscription:EventSubscription": named("rds", "name", "es:"),
  "aws:rds/globalCluster:GlobalCluster": globalCluster,
  "aws:rds/subnetGroup:SubnetGroup": named("rds", "name", "subgrp:"),
  "aws:route53/healthCheck:HealthCheck": healthCheck,
  "aws:route53/record:Record": record,
  "aws:route53/zone:Zone": zone,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketPart,
  "aws:s3/bucketLogging:BucketLogging": bucketPart,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketPart,
  "aws:s3/bucketObjectv2:BucketObjectv2": relation,
  "aws:s3/bucketPolicy:BucketPolicy": bucketPart,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPart,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": bucketPart,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    bucketPart,
  "aws:s3/bucketVersioning:BucketVersioning": bucketPart,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretVersion:SecretVersion": relation,
  "aws:sns/topic:Topic": topic,
  "aws:sns/topicPolicy:TopicPolicy": (made) => ({ id: text(made, "arn"), state: {} }),
  "aws:sns/topicSubscription:TopicSubscription": (made) => {
    const id = `${text(made, "topic")}:${uuid(made)}`;
    return { id, state: { arn: id } };
  },
  "aws:sqs/queue:Queue": queue,
  "aws:synthetics/canary:Canary": canary,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": numbered("sgr", "security-group-rule"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": numbered(
    "sgr",
    "security-group-rule",
  ),
  "aws:wafv2/webAcl:WebAcl": webAcl,
  "aws:wafv2/webAclAssociation:WebAclAssociation": relation,
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
      `capture: got a ${made.type} (${made.name}); known are the types in support/capture/state.ts; ` +
        "describe there what AWS computes for it",
    );
  }
  const { id, state } = maker(made);
  return { id, state: { ...made.inputs, region: made.region, ...state } };
}

/** Names of zones. In this account, us-east-1b is use1-az3, which lacks services. */
function zonesOf(region: string, excludedIds: readonly string[] = []): string[] {
  const ids = region === "us-east-1" ? ["use1-az1", "use1-az3", "use1-az2"] : ["az1", "az2", "az3"];
  const names = ids.map((id, index) => ({ id, name: region + "abc"[index]! }));
  return names.filter(({ id }) => !excludedIds.includes(id)).map(({ name }) => name);
}

/** What a data source answers. */
export function answerInvoke(token: string, inputs: Properties, region: string): Properties {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: ACCOUNT_ID, arn: arn("iam", "", "user/capture"), id: ACCOUNT_ID };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { id: region, names: zonesOf(region, inputs.excludeZoneIds as string[]) };
    default:
      throw new Error(
        `capture: got the data source ${token}; answer it in support/capture/state.ts`,
      );
  }
}
