import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify } from "node:util";
import * as commands from "@aws-sdk/lib-dynamodb";
import type { Clients } from "../emulator/clients";
import { createTables } from "../emulator/create/tables";
import { Declarations } from "../emulator/program";

/** A call as a handler makes it: the name of its command, and the input of the document client. */
export interface DynamodbCall {
  command: string;
  input: Record<string, unknown>;
}

/** What no outage of the drill makes the handlers send: orders refused, and old ones deleted. */
const seldom: readonly DynamodbCall[] = [
  {
    command: "UpdateCommand",
    input: {
      TableName: "dev-ledger",
      Key: { pk: "order#1" },
      UpdateExpression: "SET rejectedReason = :reason REMOVE #shard",
      ConditionExpression: "fingerprint = :fingerprint AND attribute_exists(#shard)",
      ExpressionAttributeNames: { "#shard": "shard" },
      ExpressionAttributeValues: { ":reason": "used", ":fingerprint": "f" },
    },
  },
  {
    command: "PutCommand",
    input: {
      TableName: "dev-ledger",
      Item: { pk: "control", version: 1 },
      ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(version)",
    },
  },
  {
    command: "BatchExecuteStatementCommand",
    input: {
      Statements: [
        {
          Statement: 'DELETE FROM "dev-ledger" WHERE "pk" = ? AND "shard" = ? AND "at" = ?',
          Parameters: ["order#1", "closed#1", "2026-01-01T00:00:00.000Z"],
        },
      ],
    },
  },
];

/** One call of each kind that the handlers send. */
export async function handlersCalls(): Promise<DynamodbCall[]> {
  const script = path.join(__dirname, "collectCalls.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", script], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...(JSON.parse(stdout) as DynamodbCall[]), ...seldom];
}

/** The same for tables of other names, so that nothing touches those of the platform. */
const copied = <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value).replaceAll("dev-", "copy-")) as Value;

export async function createCopies(
  declarations: Declarations,
  clients: (region: string) => Clients,
) {
  const tables = declarations.program.resources.filter(({ type }) => type.includes("dynamodb"));
  const program = { resources: copied(tables), outputs: {} };
  await createTables({ declarations: new Declarations(program), clients, renamed: new Map() });
}

interface BatchAnswer {
  Responses?: { Error?: { Code?: string; Message?: string } }[];
}

/** Sends a call to the copies. @returns what is wrong with it; a condition may fail. */
export async function send({ documents }: Clients, call: DynamodbCall): Promise<string[]> {
  const { command, input } = copied(call);
  const Command = (
    commands as unknown as Record<string, new (input: object) => commands.GetCommand>
  )[command]!;
  try {
    const { Responses } = (await documents.send(new Command(input))) as BatchAnswer;
    if (!Array.isArray(Responses)) return [];
    return Responses.flatMap(({ Error: error }) =>
      error === undefined || error.Code === "ConditionalCheckFailed"
        ? []
        : [`${error.Code}: ${error.Message}`],
    );
  } catch (error) {
    const { name, message } = error as Error;
    return name === "ConditionalCheckFailedException" ? [] : [`${name}: ${message}`];
  }
}
