import { marshall } from "@aws-sdk/util-dynamodb";
import type { ProgramDescription } from "../../drill/description/program";
import { Random } from "../../support/simulation/random";
import type { Simulation } from "../../support/simulation/simulation";
import { Base } from "../../drill/world/base";
import { Dynamodb } from "../../drill/world/dynamodb";
import { serviceError } from "../../support/aws/errors";
import { Network } from "../../drill/world/network";
import { FakeGlobalCluster } from "./fakeCluster";
import { FakeDatabase } from "./fakeDatabase";
import { clusterArn, HOME, STANDBY } from "./fakeEnvironment";

export type Input = Readonly<Record<string, unknown>>;

/** The ledger as the program declares it, played by the drill's own table. */
const table = {
  name: "ledger",
  arn: "arn:aws:dynamodb:us-east-1:111122223333:table/ledger",
  region: HOME,
  hashKey: "pk",
  replicaRegions: [HOME, STANDBY],
  witnessRegion: "us-west-2",
  isStrong: true,
  indexes: [
    {
      name: "work",
      hashKey: "shard",
      rangeKey: "at",
      projected: new Set(["pk", "shard", "at", "settledEpoch"]),
    },
  ],
};

const sessions = {
  name: "sessions",
  arn: "arn:aws:dynamodb:us-east-1:111122223333:table/sessions",
  region: HOME,
  hashKey: "sessionId",
  replicaRegions: [HOME, STANDBY],
  isStrong: false,
  indexes: [],
};

/** AWS in two regions: a real ledger, small fakes of the rest. */
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
  private readonly ledger: Dynamodb;

  constructor(simulation: Simulation) {
    const program = { tables: [table, sessions] } as unknown as ProgramDescription;
    this.ledger = new Dynamodb(new Base(simulation, new Random("tests"), program, new Network()));
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
    let outcome: { value?: unknown; error?: Error } = {};
    this.ledger.handle(region, command, input, {
      ok: (value) => (outcome = { value }),
      fail: (error) => (outcome = { error }),
    });
    if (outcome.error !== undefined) throw asReceived(outcome.error);
    return outcome.value;
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
    bodies.push(...entries.map((entry) => entry.MessageBody));
    return {};
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

/** An item in an error reaches a handler marshalled: the document client does not read errors. */
function asReceived(error: Error & { Item?: Record<string, unknown> }): Error {
  if (error.Item === undefined) return error;
  return Object.assign(serviceError(error.name, error.message), { Item: marshall(error.Item) });
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
  ];
  return (subjects.find((one) => one !== undefined) as string | undefined) ?? "";
}
