import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ChildOptions } from "../platform/component";
import { arnInRegion } from "../platform/naming";
import type { Pair, Platform } from "../platform/platform";

/** A secret and its replica. Both have their first value once these outputs resolve. */
export type SecretArns = Pair<pulumi.Output<string>>;

/**
 * Secrets Manager may delete a version without labels, and AWS's own labels move on with rotations. A
 * refresh would then miss the version, and the next `up` would write the first value again.
 */
const FIRST_VERSION = ["AWSCURRENT", "first"];

export interface ReplicatedSecretArgs {
  readonly platform: Platform;
  /** Base of the secret's name. */
  readonly what: string;
  readonly description: string;
  readonly firstValue: pulumi.Input<string>;
}

/**
 * A secret with a replica in the standby region, so that each region reads its own copy. The program
 * writes its first value and ignores later ones: `scripts/rotate.ts` writes those.
 */
export function createReplicatedSecret(
  name: string,
  { platform, what, description, firstValue }: ReplicatedSecretArgs,
  opts: ChildOptions,
): SecretArns {
  const { retention, home, standby, keys, nameOf } = platform;
  const secret = new aws.secretsmanager.Secret(
    name,
    {
      name: nameOf("secret", what, home),
      description,
      recoveryWindowInDays: retention.secretRecoveryWindowDays,
      // Overwrites a replica that an earlier stack of this name left.
      forceOverwriteReplicaSecret: true,
      replicas: [{ region: standby.name, ...(keys && { kmsKeyId: keys.standby.data }) }],
      ...(keys && { kmsKeyId: keys.home.data }),
    },
    opts,
  );
  const { secretId } = new aws.secretsmanager.SecretVersion(
    name,
    { secretId: secret.arn, secretString: firstValue, versionStages: FIRST_VERSION },
    { ...opts, ignoreChanges: ["secretString", "versionStages"] },
  );
  return { home: secretId, standby: secretId.apply((arn) => arnInRegion(arn, standby.name)) };
}
