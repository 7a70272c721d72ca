import { type Context, type Conversion, type Conversions, tagList } from "./conversion";
import { table } from "./table";
import { type Inputs, defined, object, objects, pascal, without } from "./pascal";

const provider = { forceDestroy: null };
const encryption = { sseAlgorithm: "SSEAlgorithm", kmsMasterKeyId: "KMSMasterKeyID" };

/** A part of a bucket's configuration: a property in CloudFormation, a call in the API. */
function bucketPart(
  { bucket }: Inputs,
  context: Context,
  property: Inputs,
  operation: string,
  parameters: Inputs,
): Conversion {
  const partOf = context.owner("s3/bucket", ({ id }) => id === bucket);
  return {
    template: { type: "AWS::S3::Bucket", properties: property, partOf },
    requests: [[`s3.${operation}`, { Bucket: bucket, ...parameters }]],
  };
}

function lifecycleRule(rule: Inputs): Inputs {
  const { days } = object(rule["expiration"]);
  const { prefix } = object(rule["filter"]);
  return defined({
    ...pascal(without(rule, "expiration", "filter")),
    Prefix: prefix,
    ExpirationInDays: days,
  });
}

function lock(rule: unknown): Inputs {
  return defined({ ObjectLockEnabled: "Enabled", Rule: pascal(rule) });
}

const buckets: Conversions = {
  "s3/bucket": (inputs, context) => {
    const configuration =
      context.region === "us-east-1" ? undefined : { LocationConstraint: context.region };
    const names = { ...provider, bucket: "BucketName" };
    const parameters = pascal(without(inputs, "tags"), {
      ...provider,
      objectLockEnabled: "ObjectLockEnabledForBucket",
    });
    return {
      template: {
        type: "AWS::S3::Bucket",
        properties: { ...pascal(inputs, names), Tags: tagList(context) },
      },
      requests: [
        ["s3.CreateBucket", defined({ ...parameters, CreateBucketConfiguration: configuration })],
      ],
    };
  },
  "s3/bucketVersioning": (inputs, context) => {
    const property = pascal(without(inputs, "bucket"));
    return bucketPart(inputs, context, property, "PutBucketVersioning", property);
  },
  "s3/bucketServerSideEncryptionConfiguration": (inputs, context) => {
    const names = {
      ...encryption,
      applyServerSideEncryptionByDefault: "ServerSideEncryptionByDefault",
    };
    return bucketPart(
      inputs,
      context,
      {
        BucketEncryption: { ServerSideEncryptionConfiguration: pascal(inputs["rules"], names) },
      },
      "PutBucketEncryption",
      { ServerSideEncryptionConfiguration: { Rules: pascal(inputs["rules"], encryption) } },
    );
  },
  "s3/bucketPublicAccessBlock": (inputs, context) => {
    const property = { PublicAccessBlockConfiguration: pascal(without(inputs, "bucket")) };
    return bucketPart(inputs, context, property, "PutPublicAccessBlock", property);
  },
  "s3/bucketLifecycleConfiguration": (inputs, context) =>
    bucketPart(
      inputs,
      context,
      { LifecycleConfiguration: { Rules: objects(inputs["rules"]).map(lifecycleRule) } },
      "PutBucketLifecycleConfiguration",
      { LifecycleConfiguration: { Rules: pascal(inputs["rules"], { id: "ID" }) } },
    ),
  "s3/bucketReplicationConfig": (inputs, context) => {
    const rest = without(inputs, "bucket");
    return bucketPart(
      inputs,
      context,
      { ReplicationConfiguration: pascal(rest, { replicaKmsKeyId: "ReplicaKmsKeyID" }) },
      "PutBucketReplication",
      { ReplicationConfiguration: pascal(rest, { id: "ID", replicaKmsKeyId: "ReplicaKmsKeyID" }) },
    );
  },
  "s3/bucketLogging": (inputs, context) => {
    const rest = without(inputs, "bucket");
    const names = { targetBucket: "DestinationBucketName", targetPrefix: "LogFilePrefix" };
    return bucketPart(
      inputs,
      context,
      { LoggingConfiguration: pascal(rest, names) },
      "PutBucketLogging",
      { BucketLoggingStatus: { LoggingEnabled: pascal(rest) } },
    );
  },
  "s3/bucketObjectLockConfiguration": (inputs, context) => {
    const configuration = lock(inputs["rule"]);
    return bucketPart(
      inputs,
      context,
      { ObjectLockConfiguration: configuration },
      "PutObjectLockConfiguration",
      { ObjectLockConfiguration: configuration },
    );
  },
  "s3/bucketPolicy": ({ bucket, policy }) => ({
    template: {
      type: "AWS::S3::BucketPolicy",
      properties: { Bucket: bucket, PolicyDocument: JSON.parse(policy as string) as unknown },
    },
    requests: [["s3.PutBucketPolicy", { Bucket: bucket, Policy: policy }]],
    policies: [{ kind: "resource", document: policy as string }],
  }),
  "s3/bucketObjectv2": (inputs) => ({
    requests: [["s3.PutObject", pascal(inputs, { source: null, kmsKeyId: "SSEKMSKeyId" })]],
  }),
};

export const storage: Conversions = { ...buckets, "dynamodb/table": table };
