import { type Conversions, tagList } from "./conversion";
import { type Inputs, defined, objects, pascal, without } from "./pascal";

const clusterNames = {
  clusterIdentifier: "DBClusterIdentifier",
  dbClusterParameterGroupName: "DBClusterParameterGroupName",
  dbSubnetGroupName: "DBSubnetGroupName",
  enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
  iamDatabaseAuthenticationEnabled: "EnableIAMDatabaseAuthentication",
  masterPassword: "MasterUserPassword",
  serverlessv2ScalingConfiguration: "ServerlessV2ScalingConfiguration",
};
const instanceNames = {
  identifier: "DBInstanceIdentifier",
  clusterIdentifier: "DBClusterIdentifier",
  instanceClass: "DBInstanceClass",
  performanceInsightsEnabled: "EnablePerformanceInsights",
  performanceInsightsKmsKeyId: "PerformanceInsightsKMSKeyId",
};

const aurora: Conversions = {
  "rds/globalCluster": (inputs) => {
    const parameters = pascal(without(inputs, "forceDestroy"));
    return {
      template: {
        type: "AWS::RDS::GlobalCluster",
        properties: without(parameters, "DatabaseName"),
      },
      requests: [["rds.CreateGlobalCluster", parameters]],
    };
  },
  "rds/cluster": (inputs, context) => {
    const { deleteAutomatedBackups, finalSnapshotIdentifier, skipFinalSnapshot } = inputs;
    const deletion = ["finalSnapshotIdentifier", "skipFinalSnapshot"];
    const kept = without(inputs, ...deletion, "applyImmediately", "deleteAutomatedBackups");
    const parameters = { ...pascal(kept, clusterNames), Tags: tagList(context) };
    const policy = skipFinalSnapshot === true ? "Delete" : "Snapshot";
    return {
      template: {
        type: "AWS::RDS::DBCluster",
        properties: { ...parameters, DeleteAutomatedBackups: deleteAutomatedBackups },
        attributes: { DeletionPolicy: policy, UpdateReplacePolicy: policy },
      },
      requests: [
        ["rds.CreateDBCluster", parameters],
        [
          "rds.DeleteDBCluster",
          defined({
            DBClusterIdentifier: inputs["clusterIdentifier"],
            SkipFinalSnapshot: skipFinalSnapshot,
            FinalDBSnapshotIdentifier: finalSnapshotIdentifier,
            DeleteAutomatedBackups: deleteAutomatedBackups,
          }),
        ],
      ],
    };
  },
  "rds/clusterInstance": (inputs, context) => {
    const kept = without(inputs, "applyImmediately");
    const parameters = { ...pascal(kept, instanceNames), Tags: tagList(context) };
    return {
      template: { type: "AWS::RDS::DBInstance", properties: parameters },
      requests: [["rds.CreateDBInstance", parameters]],
    };
  },
  "rds/clusterParameterGroup": ({ name, family, description, parameters }, context) => {
    const all = objects(parameters);
    const both = { DBClusterParameterGroupName: name, Description: description };
    return {
      template: {
        type: "AWS::RDS::DBClusterParameterGroup",
        properties: {
          ...both,
          Family: family,
          Parameters: Object.fromEntries(all.map((each) => [String(each["name"]), each["value"]])),
          Tags: tagList(context),
        },
      },
      requests: [
        [
          "rds.CreateDBClusterParameterGroup",
          { ...both, DBParameterGroupFamily: family, Tags: tagList(context) },
        ],
        [
          "rds.ModifyDBClusterParameterGroup",
          {
            DBClusterParameterGroupName: name,
            Parameters: all.map((each) => ({
              ApplyMethod: "immediate",
              ...pascal(each, { name: "ParameterName", value: "ParameterValue" }),
            })),
          },
        ],
      ],
    };
  },
  "rds/subnetGroup": (inputs, context) => {
    const names = { name: "DBSubnetGroupName", description: "DBSubnetGroupDescription" };
    const parameters = { ...pascal(inputs, names), Tags: tagList(context) };
    return {
      template: { type: "AWS::RDS::DBSubnetGroup", properties: parameters },
      requests: [["rds.CreateDBSubnetGroup", parameters]],
    };
  },
  "rds/eventSubscription": (inputs, context) => {
    const names = { name: "SubscriptionName", snsTopic: "SnsTopicArn" };
    const parameters = { ...pascal(inputs, names), Tags: tagList(context) };
    return {
      template: { type: "AWS::RDS::EventSubscription", properties: parameters },
      requests: [["rds.CreateEventSubscription", parameters]],
    };
  },
};

/** What AWS attaches to a key that comes without a policy. */
const defaultKeyPolicy = (account: string): Inputs => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: "kms:*",
      Resource: "*",
    },
  ],
});

const secrets: Conversions = {
  "kms/key": (inputs, context) => {
    const { policy, deletionWindowInDays, enableKeyRotation, ...rest } = without(inputs, "tags");
    const [, , , , account = ""] = String(context.resource.state["arn"]).split(":");
    const document =
      typeof policy === "string" ? (JSON.parse(policy) as unknown) : defaultKeyPolicy(account);
    const KeyId = context.resource.id;
    return {
      template: {
        type: "AWS::KMS::Key",
        properties: defined({
          ...pascal(rest),
          EnableKeyRotation: enableKeyRotation,
          PendingWindowInDays: deletionWindowInDays,
          KeyPolicy: document,
          Tags: tagList(context),
        }),
      },
      requests: [
        [
          "kms.CreateKey",
          defined({
            ...pascal(rest),
            Policy: policy,
            Tags: Object.entries(context.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
          }),
        ],
        ...(enableKeyRotation === true ? [["kms.EnableKeyRotation", { KeyId }] as const] : []),
        ["kms.ScheduleKeyDeletion", { KeyId, PendingWindowInDays: deletionWindowInDays }],
      ],
      policies: typeof policy === "string" ? [{ kind: "resource", document: policy }] : [],
    };
  },
  "kms/alias": (inputs) => {
    const parameters = pascal(inputs, { name: "AliasName" });
    return {
      template: { type: "AWS::KMS::Alias", properties: parameters },
      requests: [["kms.CreateAlias", parameters]],
    };
  },
  "secretsmanager/secret": (inputs, context) => {
    const { recoveryWindowInDays: window, forceOverwriteReplicaSecret, replicas } = inputs;
    const kept = without(inputs, "recoveryWindowInDays", "forceOverwriteReplicaSecret", "replicas");
    const both = { ...pascal(kept), Tags: tagList(context) };
    const regions = pascal(replicas);
    return {
      template: {
        type: "AWS::SecretsManager::Secret",
        properties: defined({ ...both, ReplicaRegions: regions }),
      },
      requests: [
        [
          "secretsmanager.CreateSecret",
          defined({
            ...both,
            AddReplicaRegions: regions,
            ForceOverwriteReplicaSecret: forceOverwriteReplicaSecret,
          }),
        ],
        [
          "secretsmanager.DeleteSecret",
          {
            SecretId: inputs["name"],
            ...(window === 0
              ? { ForceDeleteWithoutRecovery: true }
              : { RecoveryWindowInDays: window }),
          },
        ],
      ],
    };
  },
  "secretsmanager/secretVersion": (inputs, context) => ({
    template: {
      type: "AWS::SecretsManager::Secret",
      properties: { SecretString: inputs["secretString"] },
      partOf: context.owner("secretsmanager/secret", ({ id }) => id === inputs["secretId"]),
    },
    requests: [["secretsmanager.PutSecretValue", pascal(inputs)]],
  }),
};

export const database: Conversions = { ...aurora, ...secrets };
