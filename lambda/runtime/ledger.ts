import type { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { sleep, within } from "./clock";
import { pieces } from "./concurrently";
import type { Runtime } from "./runtime";
import { BATCH_GET_RETRIES, BATCH_GET_RETRY_MS, OBSERVE_TIMEOUT_MS } from "./tunables";

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

/** Most keys of one BatchGetItem call (DynamoDB API). */
const BATCH_GET_KEYS_MAX = 100;

/** What a read of several items found. */
export interface ItemsRead {
  /** The items that exist, by their keys. */
  items: ReadonlyMap<string, unknown>;
  /** Keys that DynamoDB did not get to. */
  unread: readonly string[];
}

/**
 * Reads items with strongly consistent reads, all within OBSERVE_TIMEOUT_MS. The calls for more than
 * BATCH_GET_KEYS_MAX keys run side by side, so callers limit the keys. DynamoDB may leave keys of a
 * call unprocessed; they are asked for again, BATCH_GET_RETRIES times.
 * @throws NoAnswerError or DynamoDB's error.
 */
export async function readItems(
  { clock, dynamodb }: LedgerRuntime,
  table: string,
  pks: readonly string[],
): Promise<ItemsRead> {
  const items = new Map<string, unknown>();
  let unread = [...new Set(pks)];
  const what = `ledger read of ${unread.length} items`;
  await within(clock, OBSERVE_TIMEOUT_MS, what, async (abortSignal) => {
    const read = async (asked: string[]): Promise<string[]> => {
      const Keys = asked.map((pk) => ({ pk }));
      const answer = await dynamodb.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
        { abortSignal },
      );
      for (const item of answer.Responses?.[table] ?? []) items.set(String(item["pk"]), item);
      return (answer.UnprocessedKeys?.[table]?.Keys ?? []).map((key) => String(key["pk"]));
    };
    for (let retries = 0; unread.length > 0 && retries <= BATCH_GET_RETRIES; retries++) {
      if (retries > 0) await sleep(clock, BATCH_GET_RETRY_MS);
      unread = (await Promise.all(pieces(unread, BATCH_GET_KEYS_MAX).map(read))).flat();
    }
  });
  return { items, unread };
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
