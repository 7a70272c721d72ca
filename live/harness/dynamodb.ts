import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { serviceError } from "../../support/aws/errors";
import type { Item } from "../../support/dynamodb/expressions";
import { GlobalTable } from "../../support/dynamodb/globalTable";
import { tableNameOf } from "../../support/dynamodb/table";
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
    const input = plain(wire);
    const command = `${operation.replace("Item", "")}Command`;
    return wired(this.table(tableNameOf(input)).answer(region, command, input) as Input);
  }
}

/** A request as the document client takes it. */
function plain(wire: Input): Input {
  return mapValues(wire, (name, value) => {
    if (itemNames.has(name)) return unmarshall(value as Wire);
    if (name === "Keys") return (value as Wire[]).map((key) => unmarshall(key));
    if (name === "RequestItems")
      return mapValues(value as Record<string, Input>, (_, of) => plain(of));
    if (name === "Statements") return (value as Input[]).map(plain);
    if (name === "Parameters") {
      return (value as AttributeValue[]).map((each) => unmarshall({ each })["each"] as unknown);
    }
    return value;
  });
}

/** An answer as the protocol carries it. */
function wired(answer: Input): Input {
  return mapValues(answer, (name, value) => {
    if (itemNames.has(name)) return value === undefined ? undefined : wireItem(value as Item);
    if (name === "Items") return (value as Item[]).map(wireItem);
    const isBatchGet = name === "Responses" && !Array.isArray(value);
    return isBatchGet
      ? mapValues(value as Record<string, Item[]>, (_, items) => items.map(wireItem))
      : value;
  });
}

/** Members of requests and responses that are items or parts of items. */
const itemNames = new Set([
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
