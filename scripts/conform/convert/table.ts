import { type Context, type Conversion, tagList } from "./conversion";
import { type Inputs, defined, object, objects, pascal, without } from "./pascal";

const replicaNames = {
  regionName: "Region",
  consistencyMode: null,
  propagateTags: null,
  pointInTimeRecovery: null,
};

/** Inputs that CloudFormation and the API arrange in their own ways. */
const handled = [
  ...["attributes", "deletionProtectionEnabled", "globalSecondaryIndexes", "globalTableWitness"],
  ...["hashKey", "name", "pointInTimeRecovery", "replicas", "serverSideEncryption"],
  ...["streamEnabled", "streamViewType", "ttl"],
];

/** A DynamoDB table: a global one in CloudFormation, one that gets replicas in the API. */
export function table(inputs: Inputs, context: Context): Conversion {
  return {
    template: { type: "AWS::DynamoDB::GlobalTable", properties: globalTable(inputs, context) },
    requests: requests(inputs, context),
  };
}

/** What both describe in the same way. */
function common(inputs: Inputs): Inputs {
  const indexes = objects(inputs["globalSecondaryIndexes"]).map((index) => ({
    IndexName: index["name"],
    KeySchema: pascal(index["keySchemas"]),
    Projection: pascal(without(index, "name", "keySchemas")),
  }));
  return defined({
    ...pascal(without(inputs, ...handled)),
    TableName: inputs["name"],
    AttributeDefinitions: objects(inputs["attributes"]).map((attribute) =>
      pascal(attribute, { name: "AttributeName", type: "AttributeType" }),
    ),
    KeySchema: [{ AttributeName: inputs["hashKey"], KeyType: "HASH" }],
    GlobalSecondaryIndexes: indexes.length > 0 ? indexes : undefined,
  });
}

function backups(inputs: Inputs): Inputs {
  const { enabled, recoveryPeriodInDays } = object(inputs["pointInTimeRecovery"]);
  return defined({
    PointInTimeRecoveryEnabled: enabled,
    RecoveryPeriodInDays: recoveryPeriodInDays,
  });
}

function consistency(inputs: Inputs): string | undefined {
  const replicas = objects(inputs["replicas"]);
  return replicas.some((each) => each["consistencyMode"] === "STRONG") ? "STRONG" : undefined;
}

const keyOf = (inputs: Inputs) => object(inputs["serverSideEncryption"])["kmsKeyArn"];
const encryption = (key: unknown) => (key === undefined ? undefined : { KMSMasterKeyId: key });

function globalTable(inputs: Inputs, context: Context): Inputs {
  const { globalTableWitness: witness, streamEnabled, streamViewType, ttl } = inputs;
  const hasKey = keyOf(inputs) !== undefined;
  const own = defined({
    Region: context.region,
    PointInTimeRecoverySpecification: backups(inputs),
    DeletionProtectionEnabled: inputs["deletionProtectionEnabled"],
    SSESpecification: encryption(keyOf(inputs)),
    Tags: tagList(context),
  });
  const others = objects(inputs["replicas"]).map((each) => replica(each, context));
  return defined({
    ...common(inputs),
    StreamSpecification: streamEnabled ? { StreamViewType: streamViewType } : undefined,
    TimeToLiveSpecification: pascal(ttl),
    SSESpecification: hasKey ? { SSEEnabled: true, SSEType: "KMS" } : undefined,
    MultiRegionConsistency: consistency(inputs),
    GlobalTableWitnesses: witness && [pascal(object(witness), replicaNames)],
    Replicas: [own, ...others],
  });
}

/** The provider asks for a replica's backups without a period. */
function replica(inputs: Inputs, context: Context): Inputs {
  return defined({
    ...pascal(without(inputs, "kmsKeyArn"), replicaNames),
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: inputs["pointInTimeRecovery"] },
    SSESpecification: encryption(inputs["kmsKeyArn"]),
    Tags: tagList(context),
  });
}

function requests(inputs: Inputs, context: Context): Conversion["requests"] {
  const { name, globalTableWitness: witness, streamEnabled, streamViewType, ttl } = inputs;
  const key = keyOf(inputs);
  const creates = objects(inputs["replicas"]).map(({ regionName, kmsKeyArn }) => ({
    Create: defined({ RegionName: regionName, KMSMasterKeyId: kmsKeyArn }),
  }));
  const table = defined({
    ...common(inputs),
    DeletionProtectionEnabled: inputs["deletionProtectionEnabled"],
    StreamSpecification: streamEnabled && { StreamEnabled: true, StreamViewType: streamViewType },
    SSESpecification: key && { Enabled: true, SSEType: "KMS", KMSMasterKeyId: key },
    Tags: tagList(context),
  });
  const update = defined({
    TableName: name,
    ReplicaUpdates: creates,
    MultiRegionConsistency: consistency(inputs),
    GlobalTableWitnessUpdates: witness && [{ Create: pascal(witness) }],
  });
  const specification = { PointInTimeRecoverySpecification: backups(inputs) };
  const expiry = { TableName: name, TimeToLiveSpecification: pascal(ttl) };
  return [
    ["dynamodb.CreateTable", table],
    ["dynamodb.UpdateTable", update],
    ["dynamodb.UpdateContinuousBackups", { TableName: name, ...specification }],
    ...(ttl === undefined ? [] : [["dynamodb.UpdateTimeToLive", expiry] as const]),
  ];
}
