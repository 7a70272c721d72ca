import type { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { within } from "./clock";
import type { Runtime } from "./runtime";
import { OBSERVE_TIMEOUT_MS } from "./tunables";

/** What is needed to reach the ledger, the DynamoDB global table, in the function's own region. */
export type LedgerRuntime = Pick<Runtime, "clock" | "dynamodb">;

/** True for the error of a conditional write whose condition did not hold. */
export function isConditionFailed(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}

/**
 * Reads one item with a strongly consistent read. Returns undefined if there is no such item.
 * @throws NoAnswerError or DynamoDB's error.
 */
export async function readItem<Item>(
  runtime: LedgerRuntime,
  table: string,
  pk: string,
): Promise<Item | undefined> {
  const answer = await within(
    runtime.clock,
    OBSERVE_TIMEOUT_MS,
    `ledger read of ${pk}`,
    (abortSignal) =>
      runtime.dynamodb.send(
        new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }),
        { abortSignal },
      ),
  );
  return answer.Item as Item | undefined;
}

/**
 * Updates one item if the condition holds.
 * @throws ConditionalCheckFailedException (isConditionFailed) if it does not hold; NoAnswerError or
 * DynamoDB's error, after which the update may or may not have happened.
 */
export async function updateItem(
  runtime: LedgerRuntime,
  table: string,
  pk: string,
  timeoutMs: number,
  change: Pick<
    UpdateCommandInput,
    "UpdateExpression" | "ConditionExpression" | "ExpressionAttributeNames"
  > & { ExpressionAttributeValues: Record<string, unknown> },
): Promise<void> {
  await within(runtime.clock, timeoutMs, `ledger update of ${pk}`, (abortSignal) =>
    runtime.dynamodb.send(new UpdateCommand({ TableName: table, Key: { pk }, ...change }), {
      abortSignal,
    }),
  );
}
