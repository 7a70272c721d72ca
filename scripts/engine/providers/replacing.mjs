// Inputs whose change makes a new resource where the SDK's documentation does not say so, by type.
// Not checked against the provider's schemas: check a line before a test rests on it.
const EVERYWHERE = ["region", "namePrefix"];

const BY_TYPE = {
  "acm/certificate": ["domainName", "validationMethod", "subjectAlternativeNames", "keyAlgorithm"],
  "apigateway/deployment": ["restApi", "triggers", "variables"],
  "apigateway/stage": ["restApi", "stageName"],
  "cloudwatch/eventRule": ["eventBusName"],
  "cloudwatch/eventTarget": ["rule", "targetId", "eventBusName"],
  "dynamodb/table": ["hashKey", "rangeKey", "localSecondaryIndexes"],
  "ec2/defaultSecurityGroup": ["vpcId"],
  "ec2/flowLog": ["vpcId", "trafficType", "logDestination", "iamRoleArn"],
  "ec2/routeTable": ["vpcId"],
  "ec2/securityGroup": ["description", "vpcId"],
  "ec2/subnet": ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"],
  "ec2/vpc": ["cidrBlock", "instanceTenancy"],
  "ec2/vpcEndpoint": ["vpcId", "serviceName", "vpcEndpointType"],
  "iam/role": ["path"],
  "iam/rolePolicy": ["role"],
  "kms/key": ["keyUsage", "customerMasterKeySpec", "multiRegion"],
  "lambda/function": ["packageType"],
  "lambda/functionEventInvokeConfig": ["functionName", "qualifier"],
  "lambda/invocation": ["functionName", "qualifier", "triggers"],
  "lambda/permission": [
    "action",
    "function",
    "principal",
    "qualifier",
    "sourceAccount",
    "sourceArn",
    "statementId",
  ],
  "rds/cluster": [
    "clusterIdentifier",
    "engine",
    "engineMode",
    "databaseName",
    "masterUsername",
    "storageEncrypted",
    "kmsKeyId",
    "availabilityZones",
    "dbSubnetGroupName",
    "snapshotIdentifier",
    "sourceRegion",
  ],
  "rds/clusterInstance": [
    "clusterIdentifier",
    "identifier",
    "engine",
    "availabilityZone",
    "dbSubnetGroupName",
  ],
  "rds/globalCluster": [
    "globalClusterIdentifier",
    "engine",
    "databaseName",
    "sourceDbClusterIdentifier",
    "storageEncrypted",
  ],
  "route53/healthCheck": ["type", "requestInterval", "measureLatency", "referenceName"],
  "route53/record": ["zoneId", "type", "setIdentifier"],
  "route53/zone": ["delegationSetId"],
  "s3/bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
  "s3/bucketObjectv2": ["bucket", "key"],
  "s3/bucketPolicy": ["bucket"],
  "s3/bucketVersioning": ["bucket", "expectedBucketOwner"],
  "secretsmanager/secretVersion": ["secretId", "secretString", "secretBinary"],
  "sns/topic": ["fifoTopic"],
  "sns/topicSubscription": ["topic", "protocol", "endpoint"],
  "sqs/queue": ["fifoQueue"],
};

export function replacing(token) {
  const [, type] = /^aws:(.*):/.exec(token);
  return [...EVERYWHERE, ...(BY_TYPE[type] ?? [])];
}
