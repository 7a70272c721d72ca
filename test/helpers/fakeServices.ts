import type { Item } from "../../support/dynamodb/expressions";
import { SecondaryIndex } from "../../support/dynamodb/secondaryIndex";
import {
  carryOut,
  tableNameOf,
  type ItemStore,
  type TableKeys,
} from "../../support/dynamodb/table";
import { serviceError } from "../../support/aws/errors";
import type { Simulation } from "../../support/simulation/simulation";
import { FakeGlobalCluster } from "./fakeCluster";
import { FakeDatabase } from "./fakeDatabase";
import { clusterArn, HOME, STANDBY } from "./fakeEnvironment";

export type Input = Readonly<Record<string, unknown>>;

/** Two regions that write one item within this time conflict. */
const CONFLICT_MS = 8;
/** What is not read strongly, and the index, lags behind by this much. */
const LAG_MS = 100;

interface Write {
  key: string;
  item: Item | undefined;
  before: Item | undefined;
  atMs: number;
}

/** A strongly consistent table in both regions, and its index. */
class FakeTable {
  private readonly items = new Map<string, Item>();
  private readonly copy = new Map<string, Item>();
  private readonly underWay: Write[] = [];
  private readonly writers = new Map<string, { region: string; atMs: number }>();
  private readonly work = new SecondaryIndex({
    name: "work",
    hashKey: "shard",
    rangeKey: "at",
    projected: new Set(["pk", "shard", "at", "settledEpoch"]),
  });

  constructor(
    private readonly keys: TableKeys,
    private readonly nowMs: () => number,
  ) {}

  answer(region: string, command: string, input: Input): unknown {
    return carryOut(this.seenFrom(region), this.keys, command, input);
  }

  private seenFrom(region: string): ItemStore {
    return {
      strongRead: (key) => this.items.get(key),
      eventualRead: (key) => {
        this.catchUp();
        return this.copy.get(key);
      },
      write: (key, item, before) => this.write(region, key, item, before),
      index: (name) => {
        this.catchUp();
        return name === "work" ? this.work : undefined;
      },
    };
  }

  private catchUp(): void {
    while (this.underWay[0] !== undefined && this.underWay[0].atMs + LAG_MS <= this.nowMs()) {
      const { key, item, before } = this.underWay.shift()!;
      this.work.update(key, before, item);
      store(this.copy, key, item);
    }
  }

  private write(
    region: string,
    key: string,
    item: Item | undefined,
    before: Item | undefined,
  ): void {
    const atMs = this.nowMs();
    const last = this.writers.get(key);
    if (last !== undefined && last.region !== region && atMs - last.atMs < CONFLICT_MS) {
      throw serviceError("ReplicatedWriteConflictException", "two regions wrote one item at once");
    }
    this.writers.set(key, { region, atMs });
    this.underWay.push({ key, item, before, atMs });
    store(this.items, key, item);
  }
}

function store(items: Map<string, Item>, key: string, item: Item | undefined): void {
  if (item === undefined) items.delete(key);
  else items.set(key, item);
}

/** AWS in two regions: DynamoDB evaluates expressions as the drill does, the rest is faked. */
export class FakeServices {
  readonly databases: Readonly<Record<string, FakeDatabase>> = {
    [HOME]: new FakeDatabase(true),
    [STANDBY]: new FakeDatabase(false),
  };
  readonly cluster: FakeGlobalCluster;
  /** Answers of functions by name: `home-migration`, `standby-sweep` and so on. */
  readonly functions = new Map<string, (payload: unknown) => Promise<unknown>>();
  hasTickRule = true;
  private readonly queues = new Map<string, string[]>();
  /** Messages that a function has received and not yet settled, of any queue. */
  inFlight = 0;
  /** How many messages of each batch SQS refuses by themselves, the first ones. */
  refusedMessages = 0;
  private readonly tables: Readonly<Record<string, FakeTable>>;

  constructor(simulation: Simulation) {
    const nowMs = (): number => simulation.nowMs;
    this.tables = {
      ledger: new FakeTable({ hashKey: "pk", rangeKey: undefined }, nowMs),
      sessions: new FakeTable({ hashKey: "sessionId", rangeKey: undefined }, nowMs),
    };
    this.cluster = new FakeGlobalCluster(
      this.databases,
      { [HOME]: clusterArn(HOME), [STANDBY]: clusterArn(STANDBY) },
      (delayMs, fire) => void simulation.after(delayMs, fire),
    );
  }

  /** Bodies of the messages in `orders-home`, `dead-standby` and so on. */
  queue(url: string): string[] {
    let bodies = this.queues.get(url);
    if (bodies === undefined) this.queues.set(url, (bodies = []));
    return bodies;
  }

  answer(service: string, region: string, command: string, input: Input): unknown {
    switch (service) {
      case "dynamodb":
        return this.ledgerAnswer(region, `${command}Command`, input);
      case "rds":
        return this.cluster.answer(region, command, input);
      case "sqs":
        return this.queueAnswer(command, input);
      case "lambda":
        return this.functionAnswer(input);
      case "eventbridge":
        if (this.hasTickRule) return { Name: input["Name"], State: "ENABLED" };
        throw serviceError("ResourceNotFoundException", "Rule does not exist");
      default:
        return {};
    }
  }

  ledgerAnswer(region: string, command: string, input: Input): unknown {
    const table = this.tables[tableNameOf(input)];
    if (table === undefined) throw serviceError("ResourceNotFoundException", "no such table");
    return table.answer(region, command, input);
  }

  private queueAnswer(command: string, input: Input): unknown {
    const bodies = this.queue(String(input["QueueUrl"]));
    if (command === "GetQueueAttributes") {
      return {
        Attributes: {
          ApproximateNumberOfMessages: String(bodies.length),
          ApproximateNumberOfMessagesNotVisible: String(this.inFlight),
        },
      };
    }
    const entries = (input["Entries"] ?? [input]) as { MessageBody: string }[];
    if (entries.length > 10) throw serviceError("TooManyEntriesInBatchRequest", "at most 10");
    bodies.push(...entries.slice(this.refusedMessages).map((entry) => entry.MessageBody));
    return { Failed: entries.slice(0, this.refusedMessages).map(() => ({ Message: "refused" })) };
  }

  private async functionAnswer(input: Input): Promise<unknown> {
    const name = String(input["FunctionName"]);
    const payload: unknown = JSON.parse(Buffer.from(input["Payload"] as Uint8Array).toString());
    const work = this.functions.get(name)?.(payload) ?? Promise.resolve(null);
    if (input["InvocationType"] === "Event") return { StatusCode: 202 };
    return work.then(
      (result) => ({ Payload: Buffer.from(JSON.stringify(result)) }),
      (error: unknown) => ({
        FunctionError: "Unhandled",
        Payload: Buffer.from(JSON.stringify({ errorMessage: String(error) })),
      }),
    );
  }
}

/** What a command is about, whatever its service calls it. */
export function subjectOf(input: Input): string {
  const key = (input["Key"] ?? input["Item"]) as { pk?: string; sessionId?: string } | undefined;
  const values = input["ExpressionAttributeValues"] as { ":shard"?: string } | undefined;
  const subjects = [
    key?.pk ?? (key?.sessionId === undefined ? undefined : `session ${key.sessionId}`),
    input["Bucket"],
    input["QueueUrl"],
    input["FunctionName"],
    input["TopicArn"],
    input["HealthCheckId"],
    input["TargetDbClusterIdentifier"],
    input["GlobalClusterIdentifier"],
    input["DBClusterIdentifier"],
    input["Name"],
    values?.[":shard"],
    input["Namespace"],
    ...Object.keys((input["RequestItems"] as object | undefined) ?? {}),
  ];
  return (subjects.find((one) => one !== undefined) as string | undefined) ?? "";
}
