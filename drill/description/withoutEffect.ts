import { NotModelledError } from "../../support/aws/errors";
import type { Lookup } from "./lookup";

/** Resource types that cannot change what the drill plays, by the reason. */
const withoutEffect: Readonly<Record<string, readonly string[]>> = {
  "only people read it": [
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    "aws:ec2/flowLog:FlowLog",
    "aws:rds/eventSubscription:EventSubscription",
  ],
  "archives are evidence for people, and no part of a failover": [
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
  ],
  "inside a VPC, the drill plays the endpoints; tests check the routes and the security groups": [
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/vpc:Vpc",
    "aws:rds/subnetGroup:SubnetGroup",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  ],
  "clients ask the stage behind the name; the drill plays TLS as part of the latency": [
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
    "aws:apigateway/basePathMapping:BasePathMapping",
    "aws:apigateway/deployment:Deployment",
    "aws:apigateway/domainName:DomainName",
    "aws:route53/zone:Zone",
  ],
  "encryption answers at once; tests check the rights to keys": [
    "aws:kms/alias:Alias",
    "aws:kms/key:Key",
  ],
  "the drill reads it from the secret that stores it": [
    "random:index/randomPassword:RandomPassword",
  ],
  "the SQL tests run the statements on a real PostgreSQL": [
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
  ],
  "the drill's clients send far less than the rate rules of a web ACL admit": [
    "aws:wafv2/webAclAssociation:WebAclAssociation",
  ],
  "the drill plays these faults itself; nobody starts an experiment in it": [
    "aws:fis/experimentTemplate:ExperimentTemplate",
  ],
  "it only says where resources are": ["pulumi:providers:aws"],
};

const known = new Set(Object.values(withoutEffect).flat());

/**
 * Call it once everything has been described. @throws NotModelledError for a type that nothing has
 * read and that is not listed here
 */
export function refuseUnknown({ resources, read }: Lookup): void {
  // Components have no ID: what they consist of counts.
  const types = new Set(resources.filter(({ id }) => id !== "").map(({ type }) => type));
  for (const type of types) {
    if (read.has(type) || known.has(type)) continue;
    throw new NotModelledError(
      `${type}: read it in drill/description, or list it in withoutEffect.ts with the reason`,
    );
  }
}
