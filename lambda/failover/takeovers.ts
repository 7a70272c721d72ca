import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Control } from "../control/control";
import { within } from "../runtime/clock";
import { type LedgerRuntime, readItem } from "../runtime/ledger";
import { TAKEOVERS_KEY } from "../runtime/ledgerKeys";
import type { Log } from "../runtime/log";
import { NOTIFY_TIMEOUT_MS } from "../runtime/tunables";

const takeoverSchema = z.object({
  epoch: z.int(),
  active: z.string(),
  how: z.string(),
  reason: z.string(),
  /** When the region became active, in milliseconds since 1970. */
  atMs: z.number(),
  rtoSeconds: z.number(),
  rpoSeconds: z.number(),
});
const takeoversSchema = z.object({ takeovers: z.array(takeoverSchema) });

/** An activation and what it cost, as operators were told. */
export type Takeover = z.infer<typeof takeoverSchema>;

/** Older ones are in the logs. An item of 20 has about 4 KB. */
const KEPT_MAX = 20;

/**
 * The last activations, oldest first. An item that makes no sense counts as none, because nothing
 * depends on the history.
 * @throws NoAnswerError or DynamoDB's error.
 */
export async function readTakeovers(runtime: LedgerRuntime, table: string): Promise<Takeover[]> {
  const item = await readItem<unknown>(runtime, table, TAKEOVERS_KEY);
  const parsed = takeoversSchema.safeParse(item);
  return parsed.success ? parsed.data.takeovers : [];
}

/** Adds an activation to the history, once per epoch. Never rejects: a failure is logged. */
export async function rememberTakeover(
  runtime: LedgerRuntime,
  table: string,
  control: Control,
  cost: Pick<Takeover, "rtoSeconds" | "rpoSeconds">,
  log: Log,
): Promise<void> {
  const { epoch, active, how, reason, sinceMs: atMs } = control;
  const takeover = { epoch, active: active ?? "", how, reason, atMs, ...cost };
  try {
    const known = await readTakeovers(runtime, table);
    const others = known.filter((each) => each.epoch !== epoch);
    const takeovers = [...others, takeover].slice(-KEPT_MAX);
    const Item = { pk: TAKEOVERS_KEY, takeovers };
    await within(runtime.clock, NOTIFY_TIMEOUT_MS, "ledger write of takeovers", (abortSignal) =>
      runtime.dynamodb.send(new PutCommand({ TableName: table, Item }), { abortSignal }),
    );
  } catch (error) {
    log.error("the takeover could not be added to the history", error, { epoch });
  }
}
