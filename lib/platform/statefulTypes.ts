/**
 * Types whose loss loses data, or a name or key that others depend on. Queues of orders and of
 * failed events are among them: what they hold is nowhere else.
 */
export const statefulTypes: ReadonlySet<string> = new Set([
  "aws:dynamodb/table:Table",
  "aws:kms/key:Key",
  "aws:rds/cluster:Cluster",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:rds/globalCluster:GlobalCluster",
  "aws:route53/zone:Zone",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:sqs/queue:Queue",
  "random:index/randomPassword:RandomPassword",
]);
