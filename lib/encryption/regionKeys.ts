import * as pulumi from "@pulumi/pulumi";
import { publishersOf } from "../messaging/publishers";
import { type RegionalArgs, RegionalComponent } from "../platform/component";
import type { KeyArns, Platform } from "../platform/platform";
import { type ResourceStatement, policyDocument } from "../platform/policies";
import { createKey } from "./key";

/** A policy of a key applies to this key alone. */
const THIS_KEY = ["*"];

/**
 * A region's customer managed keys: one for data at rest and one for topics. AWS services publish to
 * the topics with the key of their own, so that none of them may decrypt data.
 */
class RegionKeys extends RegionalComponent<RegionalArgs> {
  readonly arns: KeyArns;

  constructor(name: string, args: RegionalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("RegionKeys", name, args, opts);
    const create = (what: keyof KeyArns, description: string, services: ResourceStatement[]) => {
      const policy = policyDocument([accountStatement(args.platform), ...services]);
      return createKey(`${name}-${what}`, { ...args, what, description, policy }, this.child);
    };
    const data = create("data", "Tables, buckets, queues, secrets and logs", [logsStatement(args)]);
    const topics = create("topics", "Messages of the topics", publisherStatements(args));
    this.arns = { data: data.arn, topics: topics.arn };
    this.registerOutputs({ dataKeyArn: data.arn, topicsKeyArn: topics.arn });
  }
}

/** Creates the keys, if the configuration asks for them: everything else is encrypted with them. */
export function withKeys(platform: Platform): Platform {
  if (!platform.config.customerManagedKeys) return platform;
  const keys = platform.inBoth(
    (region) => new RegionKeys(`keys-${region.code}`, { platform, region }).arns,
  );
  return { ...platform, keys };
}

/** Lets the account's own policies decide who may use and administer the key. */
function accountStatement({ accountId }: Platform): ResourceStatement {
  return {
    Sid: "Account",
    Action: ["kms:*"],
    Resource: THIS_KEY,
    Principal: { AWS: pulumi.interpolate`arn:aws:iam::${accountId}:root` },
  };
}

/** CloudWatch Logs User Guide, "Encrypt log data using AWS KMS". */
function logsStatement({ platform, region }: RegionalArgs): ResourceStatement {
  const groups = pulumi.interpolate`arn:aws:logs:${region.name}:${platform.accountId}:log-group:*`;
  return {
    Sid: "Logs",
    Action: [
      "kms:Encrypt",
      "kms:Decrypt",
      "kms:ReEncrypt*",
      "kms:GenerateDataKey*",
      "kms:DescribeKey",
    ],
    Resource: THIS_KEY,
    Principal: { Service: `logs.${region.name}.amazonaws.com` },
    Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": groups } },
  };
}

/**
 * One statement for each AWS service that publishes to a topic. Without it, SNS drops the service's
 * messages, and nothing reports that (SNS Developer Guide, "Managing Amazon SNS encryption keys").
 */
function publisherStatements(args: RegionalArgs): ResourceStatement[] {
  return publishersOf(args).map(({ Sid, Principal, keyCondition: Condition }) => ({
    Sid,
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: THIS_KEY,
    Principal,
    ...(Condition && { Condition }),
  }));
}
