import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { PutCommandInput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { within } from "../runtime/clock";
import { variable } from "../runtime/env";
import { type ItemsRead, type LedgerRuntime, readItem } from "../runtime/ledger";
import { CONTROL_KEY } from "../runtime/ledgerKeys";
import type { Log } from "../runtime/log";
import type { Runtime } from "../runtime/runtime";
import { wrongFields } from "../runtime/schema";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import type { Control, SeenControl } from "./control";
import { CONTROL_CACHE_SECONDS, EPOCH_MAX } from "./tunables";

/** Functions that read the control item know the two regions that it may name. */
export type ControlRuntime = LedgerRuntime & Pick<Runtime, "env">;

/**
 * The stored control item is not what this program writes. Nobody may act on it, and nobody may take
 * it for "this region is not active". The orchestrator's tick replaces it.
 */
export class MalformedControlError extends Error {
  override readonly name = "MalformedControlError";
}

const timeMs = z.number();

const controlSchema = z.object({
  version: z.int().check(z.minimum(1)),
  epoch: z.int().check(z.minimum(1), z.maximum(EPOCH_MAX)),
  active: z.nullable(z.string()),
  target: z.nullable(z.string()),
  how: z.enum(["start", "failover", "switchover"]),
  sinceMs: timeMs,
  disarmedUntilMs: timeMs,
  notifiedEpoch: z.int(),
  repointedEpoch: z.int(),
  newestRowAtMs: z.nullable(timeMs),
  reason: z.string(),
});

function parseControl({ env }: Pick<Runtime, "env">, item: unknown): Control {
  const parsed = controlSchema.safeParse(item);
  if (!parsed.success) {
    const wrong = wrongFields(parsed.error);
    throw new MalformedControlError(`the control item is malformed in ${wrong}`);
  }
  const regions = [variable(env, "HOME_REGION"), variable(env, "STANDBY_REGION")];
  const { active, target } = parsed.data;
  const named = [active, target].filter((region) => region !== null);
  if (named.length === 1 && regions.includes(named[0]!)) return parsed.data;
  throw new MalformedControlError(
    `the control item names ${named.join(" and ") || "no region"}, not one of ${regions.join(", ")}`,
  );
}

/**
 * Reads the control item with a strongly consistent read. Returns undefined if there is none yet.
 * @throws MalformedControlError, NoAnswerError or DynamoDB's error.
 */
export async function readControl(
  runtime: ControlRuntime,
  table: string,
): Promise<Control | undefined> {
  const item = await readItem<unknown>(runtime, table, CONTROL_KEY);
  return item === undefined ? undefined : parseControl(runtime, item);
}

/**
 * The control item of a read that asked for other items too. Returns undefined if there is none yet.
 * @throws MalformedControlError, or an Error if DynamoDB did not get to it.
 */
export function controlOf(
  runtime: Pick<Runtime, "env">,
  { items, unread }: ItemsRead,
): Control | undefined {
  if (unread.includes(CONTROL_KEY)) throw new Error("DynamoDB did not get to the control item");
  const item = items.get(CONTROL_KEY);
  return item === undefined ? undefined : parseControl(runtime, item);
}

/**
 * Writes the control item if the stored version is the one before `next.version`.
 * @throws ConditionalCheckFailedException (isConditionFailed) if another invocation wrote first;
 * NoAnswerError or DynamoDB's error, after which the write may or may not have happened.
 */
export function writeControl(runtime: LedgerRuntime, table: string, next: Control): Promise<void> {
  return putControl(runtime, table, next, {
    ConditionExpression: "version = :before",
    ExpressionAttributeValues: { ":before": next.version - 1 },
  });
}

/**
 * Writes the first control item: if there is none, or in place of a malformed one that nobody has
 * changed since.
 * @throws as writeControl; also an Error if there is a valid control item.
 */
export async function createControl(
  runtime: ControlRuntime,
  table: string,
  first: Control,
): Promise<void> {
  const found = await readItem<Record<string, unknown>>(runtime, table, CONTROL_KEY);
  if (found === undefined) {
    return putControl(runtime, table, first, { ConditionExpression: "attribute_not_exists(pk)" });
  }
  if (isControl(runtime, found)) throw new Error("there is a valid control item by now");
  const { version } = found;
  const isNumber = Number.isSafeInteger(version) && Number(version) > 0;
  const next = { ...first, version: isNumber ? Number(version) + 1 : first.version };
  return putControl(
    runtime,
    table,
    next,
    version === undefined
      ? { ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(version)" }
      : {
          ConditionExpression: "version = :before",
          ExpressionAttributeValues: { ":before": version },
        },
  );
}

function isControl(runtime: Pick<Runtime, "env">, item: unknown): boolean {
  try {
    parseControl(runtime, item);
    return true;
  } catch {
    return false;
  }
}

async function putControl(
  { clock, dynamodb }: LedgerRuntime,
  table: string,
  next: Control,
  condition: Pick<PutCommandInput, "ConditionExpression" | "ExpressionAttributeValues">,
): Promise<void> {
  const Item = { pk: CONTROL_KEY, ...next };
  await within(clock, OBSERVE_TIMEOUT_MS, "ledger write of control", (abortSignal) =>
    dynamodb.send(new PutCommand({ TableName: table, Item, ...condition }), { abortSignal }),
  );
}

/**
 * Returns a function that reads the control item and caches it for CONTROL_CACHE_SECONDS. While no
 * region is active it caches nothing: order-api would send no hint for orders that it accepts right
 * after the activation, and the sweep that follows an activation does not see them.
 */
export function cachedControl(
  runtime: ControlRuntime,
  table: string,
): () => Promise<Control | undefined> {
  let cached: { control: Control; atMs: number } | null = null;
  return async () => {
    const nowMs = runtime.clock.nowMs();
    if (cached !== null && nowMs - cached.atMs < CONTROL_CACHE_SECONDS * 1000) {
      return cached.control;
    }
    const control = await readControl(runtime, table);
    const hasActive = control !== undefined && control.active !== null;
    cached = hasActive ? { control, atMs: nowMs } : null;
    return control;
  };
}

/** Reads the control item. Never rejects: why it could not be read is logged. */
export async function readControlOrUnknown(
  runtime: ControlRuntime,
  table: string,
  log: Log,
): Promise<SeenControl> {
  try {
    return (await readControl(runtime, table)) ?? "absent";
  } catch (error) {
    log.error("the control item could not be read", error);
    return error instanceof MalformedControlError ? "malformed" : "unknown";
  }
}
