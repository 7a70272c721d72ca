import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "../runtime/clock";
import { type LedgerRuntime, readItem } from "../runtime/ledger";
import type { Log } from "../runtime/log";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import type { Control } from "./control";
import { CONTROL_CACHE_SECONDS } from "./tunables";

/**
 * Reads the control item with a strongly consistent read. Returns undefined if there is none yet.
 * @throws NoAnswerError or DynamoDB's error.
 */
export function readControl(runtime: LedgerRuntime, table: string): Promise<Control | undefined> {
  return readItem<Control>(runtime, table, "control");
}

/**
 * Writes the control item if the stored version is the one before `next.version`.
 * @throws ConditionalCheckFailedException (isConditionFailed) if another invocation wrote first;
 * NoAnswerError or DynamoDB's error, after which the write may or may not have happened.
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

/** Returns a function that reads the control item and caches it for CONTROL_CACHE_SECONDS. */
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

/** Reads the control item. `unknown` means that it could not be read; the reason is logged. */
export async function readControlOrUnknown(
  runtime: LedgerRuntime,
  table: string,
  log: Log,
): Promise<Control | "absent" | "unknown"> {
  try {
    return (await readControl(runtime, table)) ?? "absent";
  } catch (error) {
    log.error("the control item could not be read", error);
    return "unknown";
  }
}
