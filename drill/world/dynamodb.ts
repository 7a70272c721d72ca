import type { AssumptionName } from "../assumptions";
import type { TableDescription } from "../description/data";
import type { CallContext } from "../description/policy";
import { NotModelledError, serviceError } from "../../support/aws/errors";
import type { Item } from "../../support/dynamodb/expressions";
import { statementsIn } from "../../support/dynamodb/statements";
import { carryOut, keysIn, tableNameOf } from "../../support/dynamodb/table";
import type { IamRequest, Input, Reply, Service } from "./awsService";
import type { Base } from "./base";
import { EventualTable } from "./eventualTable";
import type { TableStore } from "./replica";
import { StrongTable } from "./strongTable";

interface Table {
  description: TableDescription;
  store: TableStore;
}

/** The items of each table, with their keys. */
export type TableContents = ReadonlyMap<string, readonly (readonly [string, Item])[]>;

const actions: Record<string, string> = {
  BatchGetCommand: "dynamodb:BatchGetItem",
  GetCommand: "dynamodb:GetItem",
  PutCommand: "dynamodb:PutItem",
  UpdateCommand: "dynamodb:UpdateItem",
  DeleteCommand: "dynamodb:DeleteItem",
  QueryCommand: "dynamodb:Query",
};

/** Of the statements in a batch (IAM actions of DynamoDB). */
const partiqlActions = { UPDATE: "dynamodb:PartiQLUpdate", DELETE: "dynamodb:PartiQLDelete" };

const isRead = (command: string): boolean => /^(Get|BatchGet|Query)Command$/.test(command);

/** Whether a read may be answered from the region's own copy. A query of an index always is. */
function isEventual(command: string, input: Input): boolean {
  if (command === "QueryCommand") return true;
  const batch = input["RequestItems"] as Record<string, Input> | undefined;
  const request = batch === undefined ? input : batch[tableNameOf(input)]!;
  return request["ConsistentRead"] !== true;
}

/**
 * DynamoDB as the document client sees it, in every region with a replica. Stored items are
 * returned without a copy; drill/test/storedItems.test.ts proves that nobody changes one.
 */
export class Dynamodb implements Service {
  readonly name = "dynamodb";
  private readonly tables = new Map<string, Table>();
  /** Items that a fault has spoilt, with what they held before. */
  private readonly spoilt = new Map<Item, Item | undefined>();

  constructor(
    private readonly base: Base,
    contents?: TableContents,
  ) {
    for (const description of base.program.tables) {
      const store = description.isStrong
        ? new StrongTable(base, description)
        : new EventualTable(base, description);
      this.tables.set(description.name, { description, store });
      store.load(contents?.get(description.name) ?? []);
    }
  }

  /** The contents of all tables, from which another world may begin. */
  contents(): TableContents {
    return new Map([...this.tables].map(([name, { store }]) => [name, store.entries()]));
  }

  /** Reads an item strongly, for observers outside the simulated platform: a spoilt one as it was. */
  peek(table: string, key: string): Item | undefined {
    const found = this.tables.get(table);
    const item = found?.store.strongRead(found.description.region, key);
    return item !== undefined && this.spoilt.has(item) ? this.spoilt.get(item) : item;
  }

  /** Replaces an item by one that makes no sense, as a faulty writer would. */
  spoil(table: string, key: string, spoil: (item: Item) => Item): void {
    const { description, store } = this.tables.get(table)!;
    const before = store.strongRead(description.region, key);
    const item = spoil(before ?? { [description.hashKey]: key });
    this.spoilt.set(item, before);
    try {
      store.write(description.region, key, item);
    } catch {
      // Another region wrote it a moment ago, so the faulty write fails.
      this.spoilt.delete(item);
    }
  }

  /** How late one region's writes reach another; undefined if they do not. */
  replicationMs(table: string, from: string, to: string): number | undefined {
    const { store } = this.tables.get(table)!;
    return this.base.network.reaches(from, to) ? store.replicationMs : undefined;
  }

  latency(command: string, input: Input): AssumptionName {
    if (!isRead(command)) return "ledgerWriteMs";
    return isEventual(command, input) ? "eventualReadMs" : "ledgerReadMs";
  }

  permission(region: string, command: string, input: Input): IamRequest {
    const { IndexName } = input as { IndexName?: string };
    const table = tableNameOf(input);
    const action =
      command === "BatchExecuteStatementCommand"
        ? partiqlActions[statementsIn(input).verb]
        : (actions[command] ?? command);
    const description = this.tables.get(table)?.description;
    if (description === undefined) return [action, table];
    const arn = description.arn.replace(`:${description.region}:`, `:${region}:`);
    return [action, IndexName === undefined ? arn : `${arn}/index/${IndexName}`];
  }

  /** A query names no key here: its permission is on the index alone. */
  context(input: Input): CallContext {
    const hashKey = this.tables.get(tableNameOf(input))?.description.hashKey;
    return hashKey === undefined ? {} : { "dynamodb:leadingkeys": keysIn(input, hashKey) };
  }

  handle(region: string, command: string, input: Input, reply: Reply): void {
    const name = tableNameOf(input);
    const table = this.tables.get(name);
    if (table?.description.replicaRegions.includes(region) !== true) {
      const message = `Requested resource not found: ${name} in ${region}`;
      return reply.fail(serviceError("ResourceNotFoundException", message));
    }
    const answer = (): void => {
      try {
        reply.ok(this.carryOut(table, region, command, input));
      } catch (error) {
        if (error instanceof NotModelledError) throw error;
        reply.fail(error as Error);
      }
    };
    if (isRead(command) && isEventual(command, input)) return answer();
    table.store.whenReady(region, answer, (error) => reply.fail(error));
  }

  private carryOut(
    { description, store }: Table,
    region: string,
    command: string,
    input: Input,
  ): unknown {
    const items = {
      strongRead: (key: string) => store.strongRead(region, key),
      eventualRead: (key: string) => store.eventualRead(region, key),
      index: (name: string) => store.index(region, name),
      write: (key: string, item: Item | undefined, before: Item | undefined) => {
        store.write(region, key, item);
        this.base.happened({
          kind: key === "control" ? "control written" : "ledger written",
          table: description.name,
          pk: key,
          item,
          before,
        });
      },
    };
    return carryOut(items, description, command, input);
  }
}
