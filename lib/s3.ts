import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ARCHIVE_PREFIX } from "../lambda/orders/names";
import { ARCHIVE_LAG_MINUTES } from "./alarms/thresholds";
import { archivesTag } from "./gameDay/experiments";
import { Bucket } from "./storage/bucket";
import type { Pair, Platform, Region } from "./platform/platform";
import { type Statement, policyDocument, serviceTrustPolicy } from "./platform/policies";
import { PlatformComponent } from "./platform/component";

/** A replica is locked for as long as the archive, so S3 must read how long that is. */
const lockActions = ["s3:GetObjectRetention", "s3:GetObjectLegalHold"];

export interface S3Args {
  readonly platform: Platform;
  readonly accessLogs: Pair<Bucket> | undefined;
}

/**
 * A bucket in each region for archives of settled batches. Each bucket replicates to the other one
 * at all times, so a failover changes nothing: every region writes into its own bucket. Archives
 * are derived from Aurora. No order depends on them, so they may be 15 minutes late.
 */
export class S3 extends PlatformComponent<S3Args> {
  readonly buckets: Pair<Bucket>;
  /**
   * The id of the rule that replicates out of each bucket. Replication metrics have it as a
   * dimension.
   */
  readonly ruleIds: Pair<string>;

  constructor(name: string, args: S3Args, opts?: pulumi.ComponentResourceOptions) {
    super("S3", name, args, opts);
    const { platform, accessLogs } = args;
    const { home, standby, retention, config } = platform;
    const expiry = { prefix: ARCHIVE_PREFIX, days: retention.archiveDays };
    this.buckets = platform.inBoth((region) => {
      const bucket = {
        platform,
        region,
        what: "archives",
        expiry,
        lockDays: config.objectLockDays,
        accessLogs: accessLogs?.[region.key],
        ...(config.gameDay && region.key === "home" && { tags: archivesTag }),
      };
      return new Bucket(`${name}-${region.code}`, bucket, { parent: this });
    });
    this.ruleIds = { home: `to-${standby.code}`, standby: `to-${home.code}` };
    this.createReplication(home, standby);
    this.createReplication(standby, home);
    this.registerOutputs({
      homeBucketName: this.buckets.home.bucket.bucket,
      standbyBucketName: this.buckets.standby.bucket.bucket,
    });
  }

  private createReplication(from: Region, to: Region): void {
    const source = this.buckets[from.key];
    const destination = this.buckets[to.key];
    const child = this.childIn(from);
    const { keys } = this.args.platform;
    const { role, policy } = this.createRole(from, to);
    const time = { minutes: ARCHIVE_LAG_MINUTES };
    new aws.s3.BucketReplicationConfig(
      `${this.name}-${from.code}`,
      {
        bucket: source.bucket.bucket,
        role: role.arn,
        rules: [
          {
            id: this.ruleIds[from.key],
            status: "Enabled",
            priority: 0,
            filter: { prefix: ARCHIVE_PREFIX },
            // Only lifecycle rules delete archives, and each bucket has its own.
            deleteMarkerReplication: { status: "Disabled" },
            sourceSelectionCriteria: {
              // Changes of a replica's metadata replicate back, so that the buckets stay equal.
              replicaModifications: { status: "Enabled" },
              ...(keys && { sseKmsEncryptedObjects: { status: "Enabled" } }),
            },
            destination: {
              bucket: destination.bucket.arn,
              ...(keys && { encryptionConfiguration: { replicaKmsKeyId: keys[to.key].data } }),
              replicationTime: { status: "Enabled", time },
              metrics: { status: "Enabled", eventThreshold: time },
            },
          },
        ],
      },
      {
        ...child,
        // S3 refuses replication between buckets of which only one has versioning or locks.
        dependsOn: [this.buckets.home, this.buckets.standby, policy],
      },
    );
  }

  /** The role with which S3 replicates. */
  private createRole(from: Region, to: Region) {
    const { platform } = this.args;
    const [source, destination] = [this.buckets[from.key], this.buckets[to.key]];
    const child = this.childIn(from);
    const name = `${this.name}-${from.code}`;
    const role = new aws.iam.Role(
      name,
      {
        name: platform.nameOf("role", "archive-replication", from),
        assumeRolePolicy: serviceTrustPolicy("s3.amazonaws.com"),
      },
      child,
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        name: "replicates",
        role: role.id,
        policy: policyDocument([
          {
            Sid: "ReadRules",
            Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            Resource: [source.bucket.arn],
          },
          {
            Sid: "ReadVersions",
            Action: [
              "s3:GetObjectVersionForReplication",
              "s3:GetObjectVersionAcl",
              "s3:GetObjectVersionTagging",
              ...(platform.config.objectLockDays > 0 ? lockActions : []),
            ],
            Resource: [pulumi.interpolate`${source.bucket.arn}/${ARCHIVE_PREFIX}*`],
          },
          {
            Sid: "WriteReplicas",
            Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
            Resource: [pulumi.interpolate`${destination.bucket.arn}/${ARCHIVE_PREFIX}*`],
          },
          ...this.keyStatements(from, to),
        ]),
      },
      child,
    );
    return { role, policy };
  }
  /**
   * S3 reads with the key of one region and writes with the key of the other. Without these rights it
   * does not replicate, and nothing reports that but the replication metrics (S3 User Guide,
   * "Replicating encrypted objects"). With bucket keys, S3 generates data keys for replicas.
   */
  private keyStatements(from: Region, to: Region): Statement[] {
    const { keys } = this.args.platform;
    if (!keys) return [];
    const through = ({ name }: Region) => ({
      StringEquals: { "kms:ViaService": `s3.${name}.amazonaws.com` },
    });
    return [
      {
        Sid: "DecryptArchives",
        Action: ["kms:Decrypt"],
        Resource: [keys[from.key].data],
        Condition: through(from),
      },
      {
        Sid: "EncryptReplicas",
        Action: ["kms:Encrypt", "kms:GenerateDataKey"],
        Resource: [keys[to.key].data],
        Condition: through(to),
      },
    ];
  }
}
