import { marshall } from "@aws-sdk/util-dynamodb";
import { NotModelledError, serviceError } from "../aws/errors";
import {
  type Item,
  bindingsOf,
  checkPlaceholders,
  parseChange,
  parseCondition,
} from "./expressions";
import { ValidationException } from "./expressionTokens";
import { query } from "./query";
import type { SecondaryIndex } from "./secondaryIndex";
import { batchError, carryOutStatement, parseStatement, statementsIn } from "./statements";
import { storedValue } from "./storedValue";

type Input = Readonly<Record<string, unknown>>;

/** What a request reads and writes: a table's items, as one region sees them. */
export interface ItemStore {
  strongRead(key: string): Item | undefined;
  eventualRead(key: string): Item | undefined;
  /** @param item undefined where it is deleted */
  write(key: string, item: Item | undefined, before: Item | undefined): void;
  index(name: string): SecondaryIndex | undefined;
}

/** Names of the attributes that identify an item. */
export interface TableKeys {
  hashKey: string;
  rangeKey: string | undefined;
}

/**
 * Carries out one request of the document client, by the name of its command.
 * @returns the client's answer. Stored items are handed out as they are: nobody may change one.
 * @throws what the client would reject with. An item inside an error is marshalled, since the
 * document client leaves errors as they come.
 */
export function carryOut(
  store: ItemStore,
  keys: TableKeys,
  command: string,
  input: Input,
): unknown {
  checkPlaceholders(input);
  switch (command) {
    case "QueryCommand": {
      const index = store.index(String(input["IndexName"]));
      if (index === undefined) {
        throw new ValidationException(`the table has no index ${String(input["IndexName"])}`);
      }
      return query(index, input);
    }
    case "GetCommand": {
      const key = keyIn(keys, input["Key"] as Item);
      const isStrong = input["ConsistentRead"] === true;
      return { Item: isStrong ? store.strongRead(key) : store.eventualRead(key) };
    }
    case "BatchGetCommand":
      return getBatch(store, keys, input);
    case "PutCommand": {
      const item = storedValue(input["Item"]) as Item;
      return change(store, keyIn(keys, item), input, () => item);
    }
    case "UpdateCommand":
      return change(store, keyIn(keys, input["Key"] as Item), input, (before) => {
        const draft = { ...(before ?? (input["Key"] as Item)) };
        parseChange(String(input["UpdateExpression"]))(draft, bindingsOf(input));
        return draft;
      });
    case "DeleteCommand":
      return change(store, keyIn(keys, input["Key"] as Item), input, () => undefined);
    case "BatchExecuteStatementCommand": {
      const { requests } = statementsIn(input);
      const responses = requests.map((request) => {
        try {
          carryOutStatement(store, keys.hashKey, request);
          return {};
        } catch (error) {
          if (error instanceof NotModelledError) throw error;
          return batchError(error as Error);
        }
      });
      return { Responses: responses };
    }
    default:
      throw new NotModelledError(command);
  }
}

/** Most keys of one BatchGetItem call (DynamoDB API). */
const BATCH_GET_KEYS_MAX = 100;

/** The name of the table that a request is about. Batches are modelled for a single table. */
export function tableNameOf(input: Input): string {
  if (input["Statements"] !== undefined) return statementsIn(input).table;
  const names = Object.keys((input["RequestItems"] as object | undefined) ?? {});
  if (names.length > 1) throw new NotModelledError("a batch over several tables");
  return names[0] ?? String(input["TableName"]);
}

/** The partition keys of the items that a request names; none for a query. */
export function keysIn(input: Input, hashKey: string): string[] {
  const named = (item: unknown): string => String((item as Item)[hashKey]);
  if (input["Statements"] !== undefined) {
    return statementsIn(input).requests.map(({ Statement: text, Parameters = [] }) =>
      String(parseStatement(text).key(hashKey, Parameters)),
    );
  }
  const batch = (input["RequestItems"] as Record<string, Input> | undefined)?.[tableNameOf(input)];
  if (batch !== undefined) return (batch["Keys"] as Item[]).map(named);
  const item = input["Key"] ?? input["Item"];
  return item === undefined ? [] : [named(item)];
}

function getBatch(store: ItemStore, keys: TableKeys, input: Input): object {
  const table = tableNameOf(input);
  const request = (input["RequestItems"] as Record<string, Input>)[table]!;
  const asked = (request["Keys"] as Item[]).map((key) => keyIn(keys, key));
  if (asked.length === 0 || asked.length > BATCH_GET_KEYS_MAX) {
    throw new ValidationException(`BatchGetItem has ${asked.length} keys, not 1 to 100`);
  }
  if (new Set(asked).size < asked.length) {
    throw new ValidationException("Provided list of item keys contains duplicates");
  }
  const isStrong = request["ConsistentRead"] === true;
  const found = asked.map((key) => (isStrong ? store.strongRead(key) : store.eventualRead(key)));
  const items = found.filter((item) => item !== undefined);
  return { Responses: { [table]: items }, UnprocessedKeys: {} };
}

function change(
  store: ItemStore,
  key: string,
  input: Input,
  after: (before: Item | undefined) => Item | undefined,
): object {
  const before = store.strongRead(key);
  const condition = input["ConditionExpression"] as string | undefined;
  if (condition !== undefined && !parseCondition(condition)(before, bindingsOf(input))) {
    const error = serviceError("ConditionalCheckFailedException", "The conditional request failed");
    const isReturned = input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD";
    throw before !== undefined && isReturned
      ? Object.assign(error, { Item: marshall(before) })
      : error;
  }
  if (input["ReturnValues"] !== undefined) throw new NotModelledError("ReturnValues");
  store.write(key, after(before), before);
  return {};
}

function keyIn({ hashKey, rangeKey }: TableKeys, item: Item): string {
  const hash = item[hashKey];
  if (typeof hash !== "string" || hash === "") {
    throw new ValidationException(`the key ${hashKey} is ${JSON.stringify(hash)}, not a text`);
  }
  return rangeKey === undefined ? hash : `${hash}|${String(item[rangeKey])}`;
}
