import type { AssumptionName } from "../assumptions";
import type { TableDescription } from "../description/data";
import type { Base } from "./base";
import { serviceError } from "../../support/aws/errors";
import { EventualTable } from "./eventualTable";
import {
  type Bindings,
  type Item,
  parseChange,
  parseCondition,
} from "../../support/dynamodb/expressions";
import { ValidationException } from "../../support/dynamodb/expressionTokens";
import { checkPlaceholders } from "../../support/dynamodb/placeholders";
import { query } from "./query";
import type { TableStore } from "./replica";
import type { Asked, Input, Reply, Service } from "./service";
import { storedValue } from "../../support/dynamodb/storedValue";
import { StrongTable } from "./strongTable";

interface Replica {
  arn: string;
  /** What is asked for an index or a command, once for all worlds. */
  asked: Map<string, Asked>;
}

interface Table {
  description: TableDescription;
  store: TableStore;
  /** By region. */
  replicas: ReadonlyMap<string, Replica>;
}

/** Items by table, each with its key. */
export type TableContents = ReadonlyMap<string, readonly (readonly [string, Item])[]>;

const actions: Record<string, string> = {
  GetCommand: "dynamodb:GetItem",
  PutCommand: "dynamodb:PutItem",
  UpdateCommand: "dynamodb:UpdateItem",
  DeleteCommand: "dynamodb:DeleteItem",
  QueryCommand: "dynamodb:Query",
};

const conditionFailed = serviceError(
  "ConditionalCheckFailedException",
  "The conditional request failed",
);

/**
 * DynamoDB as the document client reaches it, in every region that has a replica. Stored items are
 * handed out as they are: nobody changes one, which drill/test/storedItems.test.ts proves.
 */
export class Dynamodb implements Service {
  readonly name = "dynamodb";
  readonly keepsPermissions = true;
  private readonly tables = new Map<string, Table>();

  constructor(
    private readonly base: Base,
    contents?: TableContents,
  ) {
    for (const description of base.program.tables) {
      const store = description.isStrong
        ? new StrongTable(base, description)
        : new EventualTable(base, description);
      this.tables.set(description.name, { description, store, replicas: replicasOf(description) });
      store.load(contents?.get(description.name) ?? []);
    }
  }

  /** What all tables hold, for a world that begins where this one is. */
  contents(): TableContents {
    return new Map([...this.tables].map(([name, { store }]) => [name, store.entries()]));
  }

  /** An item as a strong read would find it, for those who watch the world from outside. */
  peek(table: string, key: string): Item | undefined {
    const found = this.tables.get(table);
    return found?.store.strongRead(found.description.region, key);
  }

  latency(command: string, input: Input): AssumptionName {
    if (command === "QueryCommand") return "eventualReadMs";
    if (command !== "GetCommand") return "ledgerWriteMs";
    return input["ConsistentRead"] === true ? "ledgerReadMs" : "eventualReadMs";
  }

  /** Only queries name an index: what is asked follows from either name. */
  permission(region: string, command: string, input: Input): Asked {
    const { TableName, IndexName } = input as { TableName: string; IndexName?: string };
    const replica = this.tables.get(TableName)?.replicas.get(region);
    if (replica === undefined) return [actions[command] ?? command, TableName];
    const { arn, asked } = replica;
    const key = IndexName ?? command;
    let found = asked.get(key);
    if (found === undefined) {
      const resource = IndexName === undefined ? arn : `${arn}/index/${IndexName}`;
      asked.set(key, (found = [actions[command] ?? command, resource]));
    }
    return found;
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    const table = this.tables.get(String(input["TableName"]));
    if (table?.replicas.has(region) !== true) {
      const message = `Requested resource not found: ${String(input["TableName"])} in ${region}`;
      return reply.fail(serviceError("ResourceNotFoundException", message));
    }
    const isEventual =
      command === "QueryCommand" || (command === "GetCommand" && input["ConsistentRead"] !== true);
    if (isEventual) return this.answer(table, region, command, input, reply);
    const { store } = table;
    // Nearly always: then nothing need be kept for later.
    if (store.isReady(region)) return this.answer(table, region, command, input, reply);
    store.whenReady(
      region,
      () => this.answer(table, region, command, input, reply),
      (error) => reply.fail(error),
    );
  }

  private answer(table: Table, region: string, command: string, input: Input, reply: Reply): void {
    let answer: unknown;
    try {
      checkPlaceholders(input);
      answer = this.carryOut(table, region, command, input);
    } catch (error) {
      return reply.fail(error as Error);
    }
    if (answer instanceof Error) reply.fail(answer);
    else reply.ok(answer);
  }

  private carryOut(table: Table, region: string, command: string, input: Input): unknown {
    const { store } = table;
    switch (command) {
      case "QueryCommand":
        return query(store, region, input);
      case "GetCommand": {
        const key = keyOf(table, input);
        const isStrong = input["ConsistentRead"] === true;
        return {
          Item: isStrong ? store.strongRead(region, key) : store.eventualRead(region, key),
        };
      }
      case "PutCommand": {
        const item = storedValue(input["Item"]) as Item;
        return this.write(table, region, keyIn(table, item), input, item);
      }
      case "UpdateCommand":
        return this.write(table, region, keyOf(table, input), input, "updated");
      case "DeleteCommand":
        return this.write(table, region, keyOf(table, input), input, undefined);
      default:
        throw new Error(`${command} is not modelled`);
    }
  }

  /**
   * @param after the item to be put; `updated`: the one there, changed; without one it is deleted.
   * @returns also a refused condition: it is an ordinary answer, and to throw an error is dear.
   */
  private write(
    table: Table,
    region: string,
    key: string,
    input: Input,
    after: Item | "updated" | undefined,
  ): unknown {
    const before = table.store.strongRead(region, key);
    const condition = input["ConditionExpression"] as string | undefined;
    const bindings = bindingsOf(input);
    if (condition !== undefined && !parseCondition(condition)(before, bindings)) {
      const isReturned =
        before !== undefined && input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD";
      return isReturned ? refusedBy(before) : conditionFailed;
    }
    const item = after === "updated" ? updated(input, before) : after;
    table.store.write(region, key, item);
    this.base.happened({
      kind: key === "control" ? "control written" : "ledger written",
      table: table.description.name,
      pk: key,
      item,
      before,
    });
    return input["ReturnValues"] === "ALL_NEW" ? { Attributes: item } : {};
  }
}

/** The refusal that carries what stands in its way: of its own only that, for an error is dear. */
function refusedBy(item: Item): Error {
  return Object.assign(Object.create(conditionFailed) as Error, { Item: item });
}

const known = new WeakMap<TableDescription, ReadonlyMap<string, Replica>>();

function replicasOf(description: TableDescription): ReadonlyMap<string, Replica> {
  let replicas = known.get(description);
  if (replicas === undefined) {
    const all = description.replicaRegions.map((region) => {
      const arn = description.arn.replace(`:${description.region}:`, `:${region}:`);
      return [region, { arn, asked: new Map<string, Asked>() }] as const;
    });
    known.set(description, (replicas = new Map(all)));
  }
  return replicas;
}

function updated(input: Input, before: Item | undefined): Item {
  const start: Item = before ?? (input["Key"] as Item);
  const draft = { ...start };
  parseChange(String(input["UpdateExpression"]))(draft, start, bindingsOf(input));
  return draft;
}

export function bindingsOf(input: Input): Bindings {
  return {
    names: input["ExpressionAttributeNames"] as Bindings["names"],
    values: input["ExpressionAttributeValues"] as Bindings["values"],
  };
}

function keyOf(table: Table, input: Input): string {
  return keyIn(table, input["Key"] as Item);
}

function keyIn({ description: { hashKey, rangeKey } }: Table, item: Item): string {
  const hash = item[hashKey];
  if (typeof hash !== "string" || hash === "") {
    throw new ValidationException(`the key ${hashKey} is ${JSON.stringify(hash)}, not a text`);
  }
  return rangeKey === undefined ? hash : `${hash}|${String(item[rangeKey])}`;
}
