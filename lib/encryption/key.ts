import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ChildOptions, RegionalArgs } from "../platform/component";

export interface KeyArgs extends RegionalArgs {
  /** Base of the alias. */
  readonly what: string;
  readonly description: string;
  /** @default - AWS's: policies of the account decide who may use the key */
  readonly policy?: pulumi.Input<string>;
}

/** A key with an alias. A KMS key cannot be used in another region. */
export function createKey(
  name: string,
  { platform, region, what, description, policy }: KeyArgs,
  opts: ChildOptions,
): aws.kms.Key {
  const { retention, nameOf } = platform;
  const key = new aws.kms.Key(
    name,
    {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: retention.keyDeletionWindowDays,
      ...(policy !== undefined && { policy }),
    },
    { ...opts, retainOnDelete: retention.keepKeys },
  );
  new aws.kms.Alias(
    name,
    { name: `alias/${nameOf("keyAlias", what, region)}`, targetKeyId: key.keyId },
    opts,
  );
  return key;
}
