import {
  CreateTableCommand,
  type CreateTableCommandInput,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { type Declared, listOf, textOf } from "../program";
import type { Stage } from "./stage";

interface Index {
  name: string;
  keySchemas: { attributeName: string; keyType: "HASH" | "RANGE" }[];
  projectionType: "ALL" | "INCLUDE" | "KEYS_ONLY";
  nonKeyAttributes?: string[];
}

/** Creates the tables and their replicas. The emulator replicates at once. */
export async function createTables({ declarations, clients }: Stage): Promise<void> {
  for (const table of declarations.all("dynamodb/table:Table")) {
    const { dynamodb } = clients(table.region);
    const TableName = textOf(table, "name");
    await dynamodb.send(new CreateTableCommand(definitionOf(table)));
    for (const { regionName } of listOf<{ regionName: string }>(table, "replicas")) {
      await dynamodb.send(
        new UpdateTableCommand({
          TableName,
          ReplicaUpdates: [{ Create: { RegionName: regionName } }],
        }),
      );
    }
    const ttl = table.inputs["ttl"] as { attributeName: string; enabled: boolean } | undefined;
    if (ttl !== undefined) {
      const TimeToLiveSpecification = { AttributeName: ttl.attributeName, Enabled: ttl.enabled };
      await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    }
    if (table.inputs["pointInTimeRecovery"] !== undefined) {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
      await dynamodb.send(
        new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }),
      );
    }
  }
}

function definitionOf(table: Declared): CreateTableCommandInput {
  const { hashKey, rangeKey, streamEnabled, streamViewType } = table.inputs as Record<
    string,
    never
  >;
  const key = [
    { AttributeName: hashKey, KeyType: "HASH" as const },
    ...(rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" as const }]),
  ];
  const indexes = listOf<Index>(table, "globalSecondaryIndexes").map(
    ({ name, keySchemas, projectionType, nonKeyAttributes }) => ({
      IndexName: name,
      KeySchema: keySchemas.map(({ attributeName, keyType }) => ({
        AttributeName: attributeName,
        KeyType: keyType,
      })),
      Projection: {
        ProjectionType: projectionType,
        ...(nonKeyAttributes === undefined ? {} : { NonKeyAttributes: nonKeyAttributes }),
      },
    }),
  );
  const attributes = listOf<{ name: string; type: "S" | "N" }>(table, "attributes");
  const stream = { StreamEnabled: true, StreamViewType: streamViewType };
  return {
    TableName: textOf(table, "name"),
    AttributeDefinitions: attributes.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: key,
    BillingMode: "PAY_PER_REQUEST",
    ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
    ...(streamEnabled === undefined ? {} : { StreamSpecification: stream }),
  };
}
