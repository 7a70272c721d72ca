import type { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { within } from "./clock";
import type { Runtime } from "./runtime";
import { OBSERVE_TIMEOUT_MS } from "./tunables";

/** The ledger as a handler reaches it: the replica of its own region. */
export type LedgerRuntime = Pick<Runtime, "clock" | "dynamodb">;

/** Somebody else wrote first; look again. */
export function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}

/** Reads one item strongly. @throws NoAnswerError, or the ledger's error. */
export function readItem<Item>(
  runtime: LedgerRuntime,
  table: string,
  pk: string,
  timeoutMs: number = OBSERVE_TIMEOUT_MS,
): Promise<Item | undefined> {
  return within(runtime.clock, timeoutMs, `ledger read of ${pk}`, (abortSignal) =>
    runtime.dynamodb.send(new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }), {
      abortSignal,
    }),
  ).then((answer) => answer.Item as Item | undefined);
}

/** Changes one item, conditionally. @throws NoAnswerError, or the ledger's error. */
export function updateItem(
  runtime: LedgerRuntime,
  table: string,
  pk: string,
  timeoutMs: number,
  change: Pick<
    UpdateCommandInput,
    "UpdateExpression" | "ConditionExpression" | "ExpressionAttributeNames"
  > & { ExpressionAttributeValues: Record<string, unknown> },
): Promise<unknown> {
  return within(runtime.clock, timeoutMs, `ledger update of ${pk}`, (abortSignal) =>
    runtime.dynamodb.send(new UpdateCommand({ TableName: table, Key: { pk }, ...change }), {
      abortSignal,
    }),
  );
}
