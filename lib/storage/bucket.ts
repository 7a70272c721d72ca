import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../platform/naming";
import { policyDocument } from "../platform/policies";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

/** Parts of an incomplete upload cost money until they are deleted. */
const ABANDONED_UPLOAD_DAYS = 1;

export interface BucketArgs extends RegionalArgs {
  /** Base of the bucket's name. */
  readonly what: string;
  /** Objects with this prefix are deleted at this age. Others stay. */
  readonly expiry: { readonly prefix: string; readonly days: number };
}

/** A versioned bucket that only its own account can access, and only over TLS. */
export class Bucket extends RegionalComponent<BucketArgs> {
  readonly bucket: aws.s3.Bucket;
  /** S3 refuses replication until both buckets have versioning. */
  readonly versioning: aws.s3.BucketVersioning;

  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Bucket", name, args, opts);
    const bucket = this.createBucket();
    this.bucket = bucket;
    this.versioning = new aws.s3.BucketVersioning(
      name,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      this.child,
    );
    this.createEncryption(bucket);
    this.createLifecycle(bucket);
    this.createPolicy(bucket, this.createAccessBlock(bucket));
    this.registerOutputs({ bucketName: bucket.bucket });
  }

  private createBucket(): aws.s3.Bucket {
    const { platform, region, what } = this.args;
    const { config, retention, accountId } = platform;
    return new aws.s3.Bucket(
      this.name,
      {
        // Bucket names are global, so the name has the account.
        bucket: accountId.apply((id) => physicalName("bucket", config.env, what, id, region.code)),
        forceDestroy: retention.forceDestroy,
      },
      this.child,
    );
  }

  private createEncryption(bucket: aws.s3.Bucket): void {
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.name,
      {
        bucket: bucket.bucket,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      },
      this.child,
    );
  }

  private createLifecycle(bucket: aws.s3.Bucket): void {
    const { platform, expiry } = this.args;
    const noncurrentDays = platform.retention.noncurrentVersionDays;
    new aws.s3.BucketLifecycleConfiguration(
      this.name,
      {
        bucket: bucket.bucket,
        rules: [
          {
            id: "expire",
            status: "Enabled",
            filter: { prefix: expiry.prefix },
            expiration: { days: expiry.days },
          },
          {
            id: "clean-up",
            status: "Enabled",
            filter: { prefix: "" },
            noncurrentVersionExpiration: { noncurrentDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: ABANDONED_UPLOAD_DAYS },
          },
        ],
      },
      // S3 refuses rules about versions on a bucket without versioning.
      { ...this.child, dependsOn: [this.versioning] },
    );
  }

  private createAccessBlock(bucket: aws.s3.Bucket): aws.s3.BucketPublicAccessBlock {
    return new aws.s3.BucketPublicAccessBlock(
      this.name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.child,
    );
  }

  private createPolicy(bucket: aws.s3.Bucket, block: aws.s3.BucketPublicAccessBlock): void {
    new aws.s3.BucketPolicy(
      this.name,
      {
        bucket: bucket.bucket,
        policy: policyDocument([
          {
            Sid: "OnlyOverTls",
            Effect: "Deny",
            Principal: "*",
            Action: ["s3:*"],
            Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ]),
      },
      // S3 refuses concurrent changes of a bucket's access.
      { ...this.child, dependsOn: [block] },
    );
  }
}
