import type { Control } from "../control/control";
import {
  ALIVE_STALE_SECONDS,
  ARMED_AFTER_SECONDS,
  BAD_PROBES_IN_ROW,
  FAILED_CANARIES,
  FLAPPING_ALIVE_STALE_SECONDS,
  FLAPPING_BAD_SLOTS,
  LOOKS_KEPT,
  LOOK_SLOT_SECONDS,
  PROGRESS_STALE_SECONDS,
} from "./tunables";

/** What the probes of one slot found. */
export interface ProbeResult {
  /** When the probes started, in milliseconds since 1970. */
  atMs: number;
  /**
   * `bad`: home did not answer in time or answered 5xx, while the standby answered. `blind`: neither
   * answered, so the fault may be on the prober's side.
   */
  home: "good" | "bad" | "blind";
  /** The canary order at home. Only `failed` (5xx) is evidence; `refused` is 4xx, including 429. */
  canary: "accepted" | "failed" | "refused" | "unanswered";
  /** Age of home's heartbeat; null if absent or unreadable, which never counts as stale. */
  aliveAgeMs: number | null;
}

/** What a region last recorded about the orders it settles. Times are milliseconds since 1970. */
export interface Progress {
  epoch: number;
  /** The first and the latest time it settled orders in this epoch. */
  firstAtMs: number;
  lastAtMs: number;
  /** When the newest settled order was accepted. While a region settles only old orders, this stands still. */
  newestOrderAtMs: number;
}

/** The two independent witnesses: the probes, and what home itself last wrote to the ledger. */
export interface Evidence {
  /** Oldest first, at most LOOKS_KEPT. */
  probes: readonly ProbeResult[];
  /** When home last wrote its heartbeat; null if absent or unreadable. */
  aliveAtMs: number | null;
  /** Home's progress; null if absent or unreadable. */
  progress: Progress | null;
  /** When the oldest order that has waited longer than PROGRESS_STALE_SECONDS was accepted, or null. */
  waitingSinceMs: number | null;
}

export type Sign = "home lost" | "home flapping" | "settling stopped" | "accepting stopped";

/**
 * Merges two sequences of probe results into one with a single result per slot. Own results replace
 * others of the same slot, because what others have stored can be one slot older.
 */
export function mergeProbes(
  own: readonly ProbeResult[],
  others: readonly ProbeResult[],
): readonly ProbeResult[] {
  const bySlot = new Map<number, ProbeResult>();
  for (const probe of [...others, ...own]) {
    bySlot.set(Math.floor(probe.atMs / (LOOK_SLOT_SECONDS * 1000)), probe);
  }
  return [...bySlot.values()].sort((one, other) => one.atMs - other.atMs).slice(-LOOKS_KEPT);
}

/** Whether the probes alone justify invoking the orchestrator. They never justify a failover alone. */
export function areSuspicious(probes: readonly ProbeResult[]): boolean {
  return badInRow(probes) >= BAD_PROBES_IN_ROW || probes.filter(isBad).length >= FLAPPING_BAD_SLOTS;
}

/** The sign of an outage on which both witnesses agree, or null. Missing data is never a sign. */
export function signOf(control: Control, evidence: Evidence, nowMs: number): Sign | null {
  const probes = evidence.probes.filter((probe) => nowMs - probe.atMs <= windowMs);
  const silentMs = evidence.aliveAtMs === null ? null : nowMs - evidence.aliveAtMs;
  if (
    badInRow(probes) >= BAD_PROBES_IN_ROW &&
    silentMs !== null &&
    silentMs > ALIVE_STALE_SECONDS * 1000
  ) {
    return "home lost";
  }
  if (probes.filter(isFlap).length >= FLAPPING_BAD_SLOTS) return "home flapping";
  const waitedMs = evidence.waitingSinceMs === null ? 0 : nowMs - evidence.waitingSinceMs;
  if (
    progressIsStale(control, evidence.progress, nowMs) &&
    waitedMs > PROGRESS_STALE_SECONDS * 1000
  ) {
    return "settling stopped";
  }
  return acceptingHasStopped(control, evidence.progress, probes, nowMs)
    ? "accepting stopped"
    : null;
}

/** True if settling in this epoch was recorded, but not within PROGRESS_STALE_SECONDS. */
export function progressIsStale(
  control: Control,
  progress: Progress | null,
  nowMs: number,
): boolean {
  return isStale(control, progress, nowMs, (recorded) => recorded.lastAtMs);
}

/** True if every canary order fails and home has settled no order accepted within PROGRESS_STALE_SECONDS. */
export function acceptingHasStopped(
  control: Control,
  progress: Progress | null,
  probes: readonly ProbeResult[],
  nowMs: number,
): boolean {
  const last = probes.slice(-FAILED_CANARIES);
  return (
    last.length === FAILED_CANARIES &&
    last.every((probe) => probe.canary === "failed") &&
    isStale(control, progress, nowMs, (recorded) => recorded.newestOrderAtMs)
  );
}

/** Progress of another epoch is ignored: it says nothing about the current one. */
function isStale(
  control: Control,
  progress: Progress | null,
  nowMs: number,
  atMs: (progress: Progress) => number,
): boolean {
  return (
    progress !== null &&
    progress.epoch === control.epoch &&
    nowMs - atMs(progress) > PROGRESS_STALE_SECONDS * 1000
  );
}

/** Whether an automatic failover is allowed: home has settled long enough, and no one has disarmed it. */
export function isArmed(
  control: Control,
  home: string,
  progress: Progress | null,
  nowMs: number,
): boolean {
  return (
    control.active === home &&
    nowMs >= control.disarmedUntilMs &&
    progress !== null &&
    progress.epoch === control.epoch &&
    progress.lastAtMs - progress.firstAtMs >= ARMED_AFTER_SECONDS * 1000
  );
}

/** Older probe results are ignored: they may belong to an earlier outage. */
const windowMs = (LOOKS_KEPT + 1) * LOOK_SLOT_SECONDS * 1000;

const isBad = (probe: ProbeResult): boolean => probe.home === "bad";

const isFlap = (probe: ProbeResult): boolean =>
  isBad(probe) &&
  probe.aliveAgeMs !== null &&
  probe.aliveAgeMs > FLAPPING_ALIVE_STALE_SECONDS * 1000;

function badInRow(probes: readonly ProbeResult[]): number {
  let count = 0;
  for (let i = probes.length - 1; i >= 0 && isBad(probes[i]!); i--) count++;
  return count;
}
