import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../platform/naming";
import { type ResourceStatement, policyDocument } from "../platform/policies";
import { type RegionalArgs, RegionalComponent } from "../platform/component";

/** Parts of an incomplete upload cost money until they are deleted. */
const ABANDONED_UPLOAD_DAYS = 1;

export interface BucketArgs extends RegionalArgs {
  /** Base of the bucket's name. */
  readonly what: string;
  /** Objects with this prefix are deleted at this age. Others stay. */
  readonly expiry: { readonly prefix: string; readonly days: number };
  /**
   * Nobody can delete an object for this long, whatever rights they have.
   * @default - no lock
   */
  readonly lockDays?: number;
  /**
   * Gets the server access logs of this bucket. S3 allows no bucket with a lock here.
   * @default - none are written
   */
  readonly accessLogs?: Bucket | undefined;
  /** In addition to those of every resource. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Lets S3 write the server access logs of the account's buckets in this region. */
  readonly isForAccessLogs?: boolean;
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
    if (args.lockDays) this.createLock(bucket, args.lockDays);
    if (args.accessLogs) this.createLogging(bucket, args.accessLogs);
    this.createPolicy(bucket, this.createAccessBlock(bucket));
    this.registerOutputs({ bucketName: bucket.bucket });
  }

  private createBucket(): aws.s3.Bucket {
    const { platform, region, what, tags } = this.args;
    const { config, retention, accountId } = platform;
    return new aws.s3.Bucket(
      this.name,
      {
        // Bucket names are global, so the name has the account.
        bucket: accountId.apply((id) => physicalName("bucket", config.env, what, id, region.code)),
        forceDestroy: retention.forceDestroy,
        ...(tags && { tags }),
      },
      this.child,
    );
  }

  private createEncryption(bucket: aws.s3.Bucket): void {
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.name,
      { bucket: bucket.bucket, rules: [this.encryption()] },
      this.child,
    );
  }

  private encryption(): aws.types.input.s3.BucketServerSideEncryptionConfigurationRule {
    const { platform, region, isForAccessLogs } = this.args;
    // S3 delivers no access logs to a bucket with a customer managed key.
    if (!platform.keys || isForAccessLogs)
      return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
    const kmsMasterKeyId = platform.keys[region.key].data;
    return {
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId },
      // One call of KMS for many objects.
      bucketKeyEnabled: true,
    };
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

  /**
   * Compliance mode. S3 takes this setting for a bucket that exists, too, so a live bucket is not
   * replaced.
   */
  private createLock(bucket: aws.s3.Bucket, days: number): void {
    new aws.s3.BucketObjectLockConfiguration(
      this.name,
      { bucket: bucket.bucket, rule: { defaultRetention: { mode: "COMPLIANCE", days } } },
      { ...this.child, dependsOn: [this.versioning] },
    );
  }

  private createLogging(bucket: aws.s3.Bucket, accessLogs: Bucket): void {
    new aws.s3.BucketLogging(
      this.name,
      {
        bucket: bucket.bucket,
        targetBucket: accessLogs.bucket.bucket,
        targetPrefix: `${this.args.what}/`,
      },
      // The policy of the other bucket must let S3 write.
      { ...this.child, dependsOn: [accessLogs] },
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
          ...(this.args.isForAccessLogs ? [this.logDeliveryStatement(bucket)] : []),
        ]),
      },
      // S3 refuses concurrent changes of a bucket's access.
      { ...this.child, dependsOn: [block] },
    );
  }
  private logDeliveryStatement(bucket: aws.s3.Bucket): ResourceStatement {
    return {
      Sid: "AccessLogs",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: ["s3:PutObject"],
      Resource: [pulumi.interpolate`${bucket.arn}/*`],
      Condition: { StringEquals: { "aws:SourceAccount": this.args.platform.accountId } },
    };
  }
}
