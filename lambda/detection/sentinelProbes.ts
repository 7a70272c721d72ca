import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { within } from "../runtime/clock";
import { isConditionFailed, type LedgerRuntime } from "../runtime/ledger";
import { PROBES_KEY } from "../runtime/ledgerKeys";
import type { Log } from "../runtime/log";
import { OBSERVE_TIMEOUT_MS } from "../runtime/tunables";
import type { ProbeResult, Progress } from "./evidence";
import { progressSchemaAt } from "./progress";
import { latestMs, pastMs, readEvidence } from "./storedEvidence";
import { CLOCK_AHEAD_MAX_SECONDS, LOOKS_CALM_SECONDS, LOOKS_FRESH_SECONDS } from "./tunables";

/** The probe results of the sentinel's newest loop, as the ledger stores them. */
export interface SentinelProbes {
  /** Oldest first, at most LOOKS_KEPT. */
  looks: readonly ProbeResult[];
  newestAtMs: number;
  loopStartedAtMs: number;
  /** True if neither the newest result nor the control item gives the orchestrator anything to do. */
  isCalm: boolean;
  /** Home's last progress that made sense, or null. */
  progress: Progress | null;
}

function schemaAt(nowMs: number) {
  return z.object({
    looks: z.array(
      z.object({
        atMs: pastMs(nowMs),
        home: z.enum(["good", "bad", "blind", "refused"]),
        canary: z.enum(["accepted", "failed", "refused", "unanswered"]),
        aliveAgeMs: z.nullable(z.number().check(z.gte(-CLOCK_AHEAD_MAX_SECONDS * 1000))),
      }),
    ),
    newestAtMs: pastMs(nowMs),
    loopStartedAtMs: pastMs(nowMs),
    isCalm: z.boolean(),
    progress: z._default(z.nullable(progressSchemaAt(nowMs)), null),
  });
}

const noProbes: SentinelProbes = {
  looks: [],
  newestAtMs: -Infinity,
  loopStartedAtMs: -Infinity,
  isCalm: false,
  progress: null,
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
          Item: { pk: PROBES_KEY, ...probes },
          // The times of an absent item, texts and times ahead are not at or before `latest`.
          ConditionExpression:
            "loopStartedAtMs <= :started OR newestAtMs < :stale OR NOT (loopStartedAtMs <= :latest AND newestAtMs <= :latest)",
          ExpressionAttributeValues: {
            ":started": probes.loopStartedAtMs,
            ":stale": probes.newestAtMs - LOOKS_FRESH_SECONDS * 1000,
            ":latest": latestMs(runtime.clock.nowMs()),
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
  const found = await readEvidence(runtime, table, PROBES_KEY, schemaAt, log);
  if (typeof found === "string") return noProbes;
  const isFresh = runtime.clock.nowMs() - found.newestAtMs <= LOOKS_FRESH_SECONDS * 1000;
  return isFresh ? found : noProbes;
}

/** True if the sentinel has found a moment ago that there is nothing to do. */
export function isCalm(sentinels: SentinelProbes, nowMs: number): boolean {
  return sentinels.isCalm && nowMs - sentinels.newestAtMs <= LOOKS_CALM_SECONDS * 1000;
}
