import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "../runtime/clock";
import { type LedgerRuntime, readItem } from "../runtime/ledger";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import type { Control } from "./control";
import { CONTROL_CACHE_SECONDS } from "./tunables";

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
