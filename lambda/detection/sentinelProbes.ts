import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { within } from "../runtime/clock";
import { isConditionFailed, readItem, type LedgerRuntime } from "../runtime/ledger";
import type { Log } from "../runtime/log";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import type { ProbeResult } from "./evidence";
import { LOOKS_FRESH_SECONDS } from "./tunables";

const ITEM_KEY = "looks#sentinel";

/** The probe results of the sentinel's newest loop, as the ledger stores them. */
export interface SentinelProbes {
  /** Oldest first, at most LOOKS_KEPT. */
  looks: readonly ProbeResult[];
  newestAtMs: number;
  loopStartedAtMs: number;
  /** True if neither the newest result nor the control item gives the orchestrator anything to do. */
  isCalm: boolean;
}

const noProbes: SentinelProbes = {
  looks: [],
  newestAtMs: -Infinity,
  loopStartedAtMs: -Infinity,
  isCalm: false,
};

/**
 * Stores the sentinel's probe results for its next loop and for the orchestrator.
 * @returns false if a newer loop stores its own already.
 * @throws NoAnswerError or DynamoDB's error.
 */
export async function writeSentinelProbes(
  runtime: LedgerRuntime,
  table: string,
  probes: SentinelProbes,
): Promise<boolean> {
  try {
    await within(runtime.clock, OBSERVE_TIMEOUT_MS, "ledger write of probes", (abortSignal) =>
      runtime.dynamodb.send(
        new PutCommand({
          TableName: table,
          Item: { pk: ITEM_KEY, ...probes },
          ConditionExpression:
            "attribute_not_exists(pk) OR loopStartedAtMs <= :started OR newestAtMs < :stale",
          ExpressionAttributeValues: {
            ":started": probes.loopStartedAtMs,
            ":stale": probes.newestAtMs - LOOKS_FRESH_SECONDS * 1000,
          },
        }),
        { abortSignal },
      ),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** The sentinel's probe results; empty if they are absent, unreadable or older than LOOKS_FRESH_SECONDS. */
export async function readSentinelProbes(
  runtime: LedgerRuntime,
  table: string,
  log: Log,
): Promise<SentinelProbes> {
  try {
    const found = await readItem<SentinelProbes>(runtime, table, ITEM_KEY);
    const isFresh =
      found !== undefined && runtime.clock.nowMs() - found.newestAtMs <= LOOKS_FRESH_SECONDS * 1000;
    return isFresh ? found : noProbes;
  } catch (error) {
    log.error("the sentinel's probes could not be read", error);
    return noProbes;
  }
}
