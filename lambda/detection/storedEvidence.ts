import * as z from "zod/mini";
import { type LedgerRuntime, readItem } from "../runtime/ledger";
import type { Log } from "../runtime/log";
import { CLOCK_AHEAD_MAX_SECONDS } from "./tunables";

/**
 * What a read of the ledger gives. An item that makes no sense is reported and counts as `absent`.
 * `unknown` means that the ledger did not answer.
 */
export type Reading<T> = T | "absent" | "unknown";

/** The latest time that an item may hold, in milliseconds since 1970. */
export function latestMs(nowMs: number): number {
  return nowMs + CLOCK_AHEAD_MAX_SECONDS * 1000;
}

/** A moment that has passed, by a clock that may be ahead of the reader's. */
export function pastMs(nowMs: number) {
  return z.number().check(z.gte(0), z.lte(latestMs(nowMs)));
}

/** Reads an item of the evidence. Never rejects. */
export async function readEvidence<T>(
  runtime: LedgerRuntime,
  table: string,
  pk: string,
  schemaAt: (nowMs: number) => z.ZodMiniType<T>,
  log: Log,
): Promise<Reading<T>> {
  try {
    const item = await readItem<unknown>(runtime, table, pk);
    if (item === undefined) return "absent";
    const parsed = schemaAt(runtime.clock.nowMs()).safeParse(item);
    if (parsed.success) return parsed.data;
    reportIgnored(log, pk, z.prettifyError(parsed.error));
    return "absent";
  } catch (error) {
    log.error("evidence could not be read", error, { item: pk });
    return "unknown";
  }
}

/** Counts in a metric whose alarm notifies people: only a fault of ours writes such an item. */
export function reportIgnored(log: Log, item: string, problem: string): void {
  log.metrics(
    "evidence makes no sense and is ignored",
    [{ name: "EvidenceIgnored", value: 1, unit: "Count", resolutionSeconds: 60 }],
    { item, problem },
  );
}
