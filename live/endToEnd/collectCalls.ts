/**
 * Prints, as JSON, one call of each kind that the handlers send to DynamoDB: the drill plays outages,
 * in which handlers do what they seldom do. A process of its own, because the drill is slow in jest.
 */
import { captureInChild } from "../../support/capture/captureInChild";
import type { CapturedProgram } from "../../support/capture/capture";
import { describeProgram, drawSchedule, loadHandlers, playOutage } from "../drill";
import type { DynamodbCall } from "./dynamodbCalls";

/** Kinds of outage that reach the handlers' rare writes. */
const outages: readonly [kind: string, seed: string][] = [
  ["none", "1"],
  ["region", "1"],
  ["failback", "1"],
  ["item spoilt, then broken", "1"],
  ["item spoilt, then broken", "2"],
  ["item spoilt, then broken", "3"],
  ["burst", "1"],
];

async function main(): Promise<void> {
  const [captured, handlers] = await Promise.all([captureInChild(), loadHandlers()]);
  const program = describeProgram((JSON.parse(captured) as CapturedProgram).resources);
  const found = new Map<string, DynamodbCall>();
  const platform = {
    program,
    handlers,
    weave: (runtime: Parameters<NonNullable<Parameters<typeof playOutage>[0]["weave"]>>[0]) => ({
      ...runtime,
      dynamodb: {
        send: (command: { name: string; input: DynamodbCall["input"] }, options: object) => {
          const call = { command: command.name, input: command.input };
          found.set(kindOf(call), call);
          return runtime.dynamodb.send(command as never, options);
        },
      } as unknown as typeof runtime.dynamodb,
    }),
  };
  for (const [kind, seed] of outages) {
    await playOutage(platform, { seed, schedule: drawSchedule(seed, { kind }) });
  }
  process.stdout.write(JSON.stringify([...found.values()]));
}

/** Calls with the same expressions on the same table are of one kind. */
function kindOf({ command, input }: DynamodbCall): string {
  const statements = (input["Statements"] as { Statement: string }[] | undefined) ?? [];
  const texts = ["TableName", "IndexName", "Statement"]
    .concat(["ConditionExpression", "UpdateExpression", "KeyConditionExpression"])
    .map((name) => input[name]);
  return JSON.stringify([command, texts, [...new Set(statements.map((each) => each.Statement))]]);
}

void main();
