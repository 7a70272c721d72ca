import type { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { within } from "./clock";
import type { Control } from "./control";
import type { Runtime } from "./runtime";
import { CONTROL_CACHE_SECONDS, OBSERVE_TIMEOUT_MS } from "./tunables";

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

/** The control item, or undefined when a strong read says it is absent. */
export function readControl(runtime: LedgerRuntime, table: string): Promise<Control | undefined> {
  return readItem<Control>(runtime, table, "control");
}

/**
 * Writes the control item if its version is still the one before `next`.
 * @throws ConditionalCheckFailedException when somebody else wrote first (isConditionFailed).
 */
export async function writeControl(
  runtime: LedgerRuntime,
  table: string,
  next: Control,
): Promise<void> {
  const isFirst = next.version === 1;
  await within(runtime.clock, OBSERVE_TIMEOUT_MS, "ledger write of control", (abortSignal) =>
    runtime.dynamodb.send(
      new PutCommand({
        TableName: table,
        Item: { pk: "control", ...next },
        ConditionExpression: isFirst ? "attribute_not_exists(pk)" : "version = :before",
        ...(isFirst ? {} : { ExpressionAttributeValues: { ":before": next.version - 1 } }),
      }),
      { abortSignal },
    ),
  );
}

/** A reader of the control item that asks the ledger at most every CONTROL_CACHE_SECONDS. */
export function cachedControl(
  runtime: LedgerRuntime,
  table: string,
): () => Promise<Control | undefined> {
  let cached: { control: Control | undefined; atMs: number } | null = null;
  return async () => {
    const nowMs = runtime.clock.nowMs();
    if (cached === null || nowMs - cached.atMs >= CONTROL_CACHE_SECONDS * 1000) {
      cached = { control: await readControl(runtime, table), atMs: nowMs };
    }
    return cached.control;
  };
}
