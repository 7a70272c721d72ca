import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { serviceError } from "../../support/aws/errors";
import type { Item } from "../../support/dynamodb/expressions";
import { GlobalTable } from "../../support/dynamodb/globalTable";
import { statementsIn } from "../../support/dynamodb/statements";
import type { DeployedTable } from "./program";
import { WriteLimits } from "./writeLimits";

type Input = Readonly<Record<string, unknown>>;
/** An item as the protocol carries it. */
type Wire = Record<string, AttributeValue>;

export interface DynamodbSettings {
  /** How far indexes and eventually consistent reads lag behind. */
  indexLagMs: number;
  /** Write units a second for one key; see WriteLimits. */
  writeUnitsPerKey: number;
}

/** Two regions that write one item within this time conflict. */
const CONFLICT_MS = 8;
/** Most keys of one BatchGetItem call (DynamoDB API). */
const BATCH_GET_MAX = 100;

/** The program's tables behind DynamoDB's JSON protocol. */
export class Dynamodb {
  private readonly tables: ReadonlyMap<string, GlobalTable>;

  constructor(tables: readonly DeployedTable[], settings: DynamodbSettings) {
    this.tables = new Map(tables.map((table) => [table.name, makeTable(table, settings)]));
  }

  table(name: string): GlobalTable {
    const table = this.tables.get(name);
    if (table !== undefined) return table;
    throw serviceError("ResourceNotFoundException", `there is no table ${name}`);
  }

  /**
   * Answers a request.
   * @param operation as `GetItem`
   * @throws an error with the name that the protocol answers with.
   */
  answer(region: string, operation: string, wire: Input): unknown {
    switch (operation) {
      case "BatchGetItem":
        return this.batchGet(region, wire);
      case "BatchExecuteStatement":
        return this.executeStatements(region, wire);
      default:
        return this.single(region, operation, wire);
    }
  }

  private single(region: string, operation: string, wire: Input): unknown {
    const input = mapValues(wire, (name, value) =>
      attributeMaps.has(name) ? unmarshall(value as Wire) : value,
    );
    const command = `${operation.replace("Item", "")}Command`;
    const answer = this.table(String(wire["TableName"])).answer(region, command, input);
    return mapValues(answer as Input, (name, value) => {
      if (name === "Items") return (value as Item[]).map(wireItem);
      return attributeMaps.has(name) && value !== undefined ? wireItem(value as Item) : value;
    });
  }

  private batchGet(region: string, wire: Input): unknown {
    const requests = wire["RequestItems"] as Record<
      string,
      { Keys: Wire[]; ConsistentRead?: true }
    >;
    const count = Object.values(requests).reduce((sum, { Keys }) => sum + Keys.length, 0);
    if (count > BATCH_GET_MAX) {
      throw serviceError("ValidationException", `${count} keys; allowed are ${BATCH_GET_MAX}`);
    }
    const Responses = mapValues(requests, (name, { Keys, ConsistentRead }) =>
      Keys.flatMap((key) => {
        const input = { Key: unmarshall(key), ConsistentRead };
        const { Item: found } = this.table(name).answer(region, "GetCommand", input) as {
          Item?: Item;
        };
        return found === undefined ? [] : [wireItem(found)];
      }),
    );
    return { Responses, UnprocessedKeys: {} };
  }

  /** All statements of a call are on one table here, as `carryOut` demands. */
  private executeStatements(region: string, wire: Input): unknown {
    const statements = wire["Statements"] as { Statement: string; Parameters?: AttributeValue[] }[];
    const Statements = statements.map(({ Parameters = [], ...statement }) => ({
      ...statement,
      Parameters: Parameters.map((value) => unmarshall({ value })["value"] as unknown),
    }));
    const { table } = statementsIn({ Statements });
    return this.table(table).answer(region, "BatchExecuteStatementCommand", { Statements });
  }
}

/** Members of requests and responses that are items or parts of items. */
const attributeMaps = new Set([
  "Item",
  "Key",
  "ExclusiveStartKey",
  "LastEvaluatedKey",
  "ExpressionAttributeValues",
]);

const wireItem = (item: Item) => marshall(item, { removeUndefinedValues: true });

function mapValues<Value, Result>(
  of: Readonly<Record<string, Value>>,
  change: (name: string, value: Value) => Result,
): Record<string, Result> {
  const entries = Object.entries(of).map(([name, value]) => [name, change(name, value)] as const);
  return Object.fromEntries(entries);
}

function makeTable(table: DeployedTable, settings: DynamodbSettings): GlobalTable {
  const nowMs = () => Date.now();
  const limits = new WriteLimits(table.indexes, settings, nowMs);
  return new GlobalTable({
    ...table,
    nowMs,
    conflictMs: CONFLICT_MS,
    lagMs: settings.indexLagMs,
    admit: (before, after, key) => limits.take(before, after, key),
  });
}
