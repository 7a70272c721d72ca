import { GlobalTable } from "../../support/dynamodb/globalTable";
import type { IndexDescription } from "../../support/dynamodb/secondaryIndex";
import { tableNameOf } from "../../support/dynamodb/table";
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

/** The index `work` of the ledger. */
const work = {
  name: "work",
  hashKey: "shard",
  rangeKey: "at",
  projected: new Set(["pk", "shard", "at", "settledEpoch"]),
};

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
  private readonly tables: Readonly<Record<string, GlobalTable>>;

  constructor(simulation: Simulation) {
    const table = (hashKey: string, indexes: readonly IndexDescription[]) =>
      new GlobalTable({
        hashKey,
        rangeKey: undefined,
        indexes,
        nowMs: () => simulation.nowMs,
        conflictMs: CONFLICT_MS,
        lagMs: LAG_MS,
      });
    this.tables = { ledger: table("pk", [work]), sessions: table("sessionId", []) };
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
