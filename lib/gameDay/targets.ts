import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Aurora } from "../aurora";
import type { Dynamodb } from "../dynamodb";
import type { Network } from "../network/network";
import type { Platform } from "../platform/platform";
import type { Statement } from "../platform/policies";
import type { S3 } from "../s3";
import { type ExperimentName, archivesTag } from "./experiments";
import { connectivityStatements } from "./connectivity";

/** What the experiments act on, all of it in the home region. */
export interface Targets {
  readonly platform: Platform;
  readonly network: Network;
  readonly dynamodb: Dynamodb;
  readonly s3: S3;
  readonly aurora: Aurora;
}

/** An experiment's target, the parameters of its action, and the rights that the action needs. */
export interface Target {
  /** The action's name for its targets. */
  readonly key: "Buckets" | "Clusters" | "Subnets" | "Tables";
  readonly select: Pick<
    aws.types.input.fis.ExperimentTemplateTarget,
    "resourceType" | "resourceArns" | "resourceTags"
  >;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
}

/** AWS FIS also looks a target up by its tags; the call names no resource. */
const findByTags: Statement = { Sid: "FindTargets", Action: ["tag:GetResources"], Resource: ["*"] };

function table(arn: pulumi.Output<string>): Target {
  return {
    key: "Tables",
    select: { resourceType: "aws:dynamodb:global-table", resourceArns: [arn] },
    statements: [
      {
        Sid: "PauseReplication",
        Action: [
          "dynamodb:DeleteResourcePolicy",
          "dynamodb:DescribeTable",
          "dynamodb:GetResourcePolicy",
          "dynamodb:PutResourcePolicy",
        ],
        // The replication of an eventually consistent table is paused in its stream's policy, too.
        Resource: [arn, pulumi.interpolate`${arn}/stream/*`],
      },
      findByTags,
    ],
  };
}

/** AWS FIS needs this for a strongly consistent table. The action names no resource. */
const injectErrors: Statement = {
  Sid: "InjectErrors",
  Action: ["dynamodb:InjectError"],
  Resource: ["*"],
};

function archives({ platform, s3 }: Targets): Target {
  const { arn } = s3.buckets.home.bucket;
  const tags = { ...archivesTag, Environment: platform.config.env };
  return {
    key: "Buckets",
    select: {
      resourceType: "aws:s3:bucket",
      resourceTags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    },
    parameters: { region: platform.standby.name },
    statements: [
      {
        Sid: "PauseReplication",
        Action: ["s3:PauseReplication"],
        Resource: [arn],
        Condition: { StringEquals: { "s3:DestinationRegion": platform.standby.name } },
      },
      {
        Sid: "ReadReplication",
        Action: ["s3:GetReplicationConfiguration"],
        Resource: [arn],
      },
      {
        Sid: "ChangeReplication",
        Action: ["s3:PutReplicationConfiguration"],
        Resource: [arn],
        // As in the AWS FIS guide: only calls that pause or resume have this key.
        Condition: { BoolIfExists: { "s3:IsReplicationPauseRequest": "true" } },
      },
      { Sid: "FindBuckets", Action: ["s3:ListAllMyBuckets"], Resource: ["*"] },
      findByTags,
    ],
  };
}

function cluster({ aurora }: Targets): Target {
  const { arn } = aurora.members.home.cluster;
  return {
    key: "Clusters",
    select: { resourceType: "aws:rds:cluster", resourceArns: [arn] },
    statements: [
      {
        Sid: "FailOver",
        Action: ["rds:DescribeDBClusters", "rds:FailoverDBCluster"],
        Resource: [arn],
      },
      findByTags,
    ],
  };
}

function subnets({ platform, network }: Targets): Target {
  const resourceArns = network.subnets.map((subnet) => subnet.arn);
  return {
    key: "Subnets",
    select: { resourceType: "aws:ec2:subnet", resourceArns },
    parameters: { region: platform.standby.name },
    statements: connectivityStatements(platform, network),
  };
}

/** The targets of all experiments that the configuration allows. */
export function targetsOf(targets: Targets): Partial<Record<ExperimentName, Target>> {
  const { platform, dynamodb } = targets;
  const ledger = table(dynamodb.ledger.arn);
  return {
    "session-replication": table(dynamodb.sessions.arn),
    "archive-replication": archives(targets),
    // A cluster with one instance has no other one to promote.
    ...(platform.config.auroraInstancesPerRegion > 1 && { "database-failover": cluster(targets) }),
    "cross-region-connectivity": subnets(targets),
    "ledger-replication": { ...ledger, statements: [...ledger.statements, injectErrors] },
  };
}
