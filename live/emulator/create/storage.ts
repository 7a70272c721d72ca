import {
  CreateBucketCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type ReplicationRule,
} from "@aws-sdk/client-s3";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
} from "@aws-sdk/client-secrets-manager";
import { capitalized, listOf, textOf } from "../program";
import type { Stage } from "./stage";

/** Region in which S3 takes no location constraint. */
const FIRST_REGION = "us-east-1";

/** Creates the buckets with what decides about their objects. */
export async function createBuckets({ declarations, clients }: Stage): Promise<void> {
  for (const bucket of declarations.all("s3/bucket:Bucket")) {
    await clients(bucket.region).s3.send(
      new CreateBucketCommand({
        Bucket: textOf(bucket, "bucket"),
        ...(bucket.region === FIRST_REGION
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: bucket.region as "us-east-2" } }),
      }),
    );
  }
  for (const each of declarations.all("s3/bucketVersioning:BucketVersioning")) {
    const VersioningConfiguration = { Status: "Enabled" as const };
    const Bucket = textOf(each, "bucket");
    await clients(each.region).s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }),
    );
  }
  for (const each of declarations.all("s3/bucketPublicAccessBlock:BucketPublicAccessBlock")) {
    const { bucket, ...blocks } = each.inputs;
    const PublicAccessBlockConfiguration = capitalized(blocks) as object;
    const Bucket = bucket as string;
    await clients(each.region).s3.send(
      new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }),
    );
  }
  for (const each of declarations.all(
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  )) {
    const Rules = listOf<Record<string, unknown>>(each, "rules").map(({ id, ...rule }) => ({
      ID: id,
      ...(capitalized(rule) as object),
    })) as LifecycleRule[];
    await clients(each.region).s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: textOf(each, "bucket"),
        LifecycleConfiguration: { Rules },
      }),
    );
  }
  for (const each of declarations.all("s3/bucketReplicationConfig:BucketReplicationConfig")) {
    const Rules = listOf<Record<string, unknown>>(each, "rules").map(({ id, ...rule }) => ({
      ID: id,
      ...(capitalized(rule) as object),
    })) as unknown as ReplicationRule[];
    await clients(each.region).s3.send(
      new PutBucketReplicationCommand({
        Bucket: textOf(each, "bucket"),
        ReplicationConfiguration: { Role: textOf(each, "role"), Rules },
      }),
    );
  }
}

/** Creates the secrets and replicates them. Both regions' ARNs end as the emulator chooses. */
export async function createSecrets({ declarations, clients, renamed }: Stage): Promise<void> {
  for (const secret of declarations.all("secretsmanager/secret:Secret")) {
    const { secrets } = clients(secret.region);
    const { ARN = "" } = await secrets.send(
      new CreateSecretCommand({ Name: textOf(secret, "name"), SecretString: "{}" }),
    );
    renamed.set(secret.id, ARN);
    const version = declarations.one(
      "secretsmanager/secretVersion:SecretVersion",
      (each) => each.inputs["secretId"] === secret.id,
    );
    const SecretString = textOf(version, "secretString");
    await secrets.send(new PutSecretValueCommand({ SecretId: ARN, SecretString }));
    for (const { region } of listOf<{ region: string }>(secret, "replicas")) {
      const AddReplicaRegions = [{ Region: region }];
      await secrets.send(new ReplicateSecretToRegionsCommand({ SecretId: ARN, AddReplicaRegions }));
      const there = (arn: string) => arn.replace(`:${secret.region}:`, `:${region}:`);
      renamed.set(there(secret.id), there(ARN));
    }
  }
}
