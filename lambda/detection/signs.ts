import type { Control } from "../failover/control";
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

/** What was seen from outside at one moment, and how old home's sign of life was then. */
export interface Look {
  atMs: number;
  /** `bad`: no answer in time, or 5xx, while the standby did answer us. `blind`: neither did. */
  home: "good" | "bad" | "blind";
  /** `failed`: answered 5xx. `unanswered` and `refused` (4xx, 429) prove nothing. */
  canary: "accepted" | "failed" | "refused" | "unanswered";
  /** Age of home's sign of life; null when absent or unreadable, which is never stale. */
  aliveAgeMs: number | null;
}

/** What a region last wrote about its settling. */
export interface Progress {
  epoch: number;
  firstAtMs: number;
  lastAtMs: number;
  /** Acceptance of the newest order it settled: old orders settle on when no new ones come. */
  newestOrderAtMs: number;
}

/** Both witnesses: our own looks, and what home itself last wrote into the ledger. */
export interface Evidence {
  /** Oldest first, at most LOOKS_KEPT. */
  looks: readonly Look[];
  /** Home's sign of life; null when absent or unreadable. */
  aliveAtMs: number | null;
  /** Home's settling; null when absent or unreadable. */
  progress: Progress | null;
  /** Acceptance of the oldest order that waits for longer than T, strongly read; null if none. */
  waitingSinceMs: number | null;
}

export type Sign = "home lost" | "home flapping" | "settling stopped" | "accepting stopped";

/**
 * Looks of two loops as one memory, one look a slot. Our own comes before another's of the same
 * slot: what others left in the ledger is a slot behind what we have just seen.
 */
export function mergeLooks(own: readonly Look[], others: readonly Look[]): readonly Look[] {
  const bySlot = new Map<number, Look>();
  for (const look of [...others, ...own]) {
    bySlot.set(Math.floor(look.atMs / (LOOK_SLOT_SECONDS * 1000)), look);
  }
  return [...bySlot.values()].sort(byMoment).slice(-LOOKS_KEPT);
}

const byMoment = (one: Look, other: Look): number => one.atMs - other.atMs;

/** Whether the last looks alone are worth a run of the orchestrator; they decide nothing. */
export function looksWorrying(looks: readonly Look[]): boolean {
  return badInRow(looks) >= BAD_PROBES_IN_ROW || looks.filter(isBad).length >= FLAPPING_BAD_SLOTS;
}

/** The sign on which two witnesses agree, or null. Absent and unreadable are never a sign. */
export function signOf(control: Control, evidence: Evidence, nowMs: number): Sign | null {
  const looks = evidence.looks.filter((look) => nowMs - look.atMs <= windowMs);
  const silentMs = evidence.aliveAtMs === null ? null : nowMs - evidence.aliveAtMs;
  if (
    badInRow(looks) >= BAD_PROBES_IN_ROW &&
    silentMs !== null &&
    silentMs > ALIVE_STALE_SECONDS * 1000
  ) {
    return "home lost";
  }
  if (looks.filter(isFlap).length >= FLAPPING_BAD_SLOTS) return "home flapping";
  const waitedMs = evidence.waitingSinceMs === null ? 0 : nowMs - evidence.waitingSinceMs;
  if (
    progressIsStale(control, evidence.progress, nowMs) &&
    waitedMs > PROGRESS_STALE_SECONDS * 1000
  ) {
    return "settling stopped";
  }
  return acceptingHasStopped(control, evidence.progress, looks, nowMs) ? "accepting stopped" : null;
}

/** Progress of this epoch, written and then no more for longer than T. */
export function progressIsStale(
  control: Control,
  progress: Progress | null,
  nowMs: number,
): boolean {
  return isOlderThanT(control, progress, nowMs, (written) => written.lastAtMs);
}

/** Canary orders fail at every look, and what home settles was accepted longer than T ago. */
export function acceptingHasStopped(
  control: Control,
  progress: Progress | null,
  looks: readonly Look[],
  nowMs: number,
): boolean {
  const last = looks.slice(-FAILED_CANARIES);
  return (
    last.length === FAILED_CANARIES &&
    last.every((look) => look.canary === "failed") &&
    isOlderThanT(control, progress, nowMs, (written) => written.newestOrderAtMs)
  );
}

/** What another epoch wrote says nothing. */
function isOlderThanT(
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

/** Home has settled for long enough in this epoch, and no deployment holds us back. */
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

/** Looks of another incident are no evidence of this one. */
const windowMs = (LOOKS_KEPT + 1) * LOOK_SLOT_SECONDS * 1000;

const isBad = (look: Look): boolean => look.home === "bad";

const isFlap = (look: Look): boolean =>
  isBad(look) && look.aliveAgeMs !== null && look.aliveAgeMs > FLAPPING_ALIVE_STALE_SECONDS * 1000;

function badInRow(looks: readonly Look[]): number {
  let count = 0;
  for (let i = looks.length - 1; i >= 0 && looks[i]!.home === "bad"; i--) count++;
  return count;
}
