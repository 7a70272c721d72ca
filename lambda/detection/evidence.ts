import type { Control } from "../control/control";
import { isDisarmed } from "../control/rules";
import type { Reading } from "./storedEvidence";
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
   * answered, so the fault may be on the prober's side. `refused`: a throttle answered with 429,
   * which says nothing about home.
   */
  home: "good" | "bad" | "blind" | "refused";
  /** The canary order at home: `failed` is 5xx, and `refused` is 4xx, including 429. */
  canary: "accepted" | "failed" | "refused" | "unanswered";
  /** Age of home's heartbeat, below zero if its clock is ahead; null if unknown, which is never stale. */
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
  /** When home last wrote its heartbeat; null if unknown. */
  aliveAtMs: number | null;
  /** Home's progress; null if unknown. */
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

/**
 * When home last wrote its heartbeat. If the item is absent or makes no sense, the last one that
 * made sense counts: a home that is alive replaces it within seconds.
 */
export function lastAliveAtMs(
  read: Reading<number>,
  probes: readonly ProbeResult[],
): number | null {
  if (read === "unknown") return null;
  if (read !== "absent") return read;
  const known = probes.flatMap(({ atMs, aliveAgeMs }) =>
    aliveAgeMs === null ? [] : [atMs - aliveAgeMs],
  );
  return known.at(-1) ?? null;
}

/**
 * Home's progress. If the item is absent or makes no sense, the last one that made sense counts.
 * Home writes such an item anew, so the time of the first settled order in an epoch is remembered.
 */
export function lastProgress(read: Reading<Progress>, known: Progress | null): Progress | null {
  if (read === "unknown") return null;
  if (read === "absent") return known;
  if (known?.epoch !== read.epoch) return read;
  return { ...read, firstAtMs: Math.min(read.firstAtMs, known.firstAtMs) };
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

/**
 * True if canary orders fail without an acceptance in between, and home has settled no order accepted
 * within PROGRESS_STALE_SECONDS.
 */
export function acceptingHasStopped(
  control: Control,
  progress: Progress | null,
  probes: readonly ProbeResult[],
  nowMs: number,
): boolean {
  const outcomes = probes.map(({ canary }) => canary);
  const sinceAccepted = outcomes.slice(outcomes.lastIndexOf("accepted") + 1);
  return (
    sinceAccepted.filter((canary) => canary === "failed").length >= FAILED_CANARIES &&
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
    !isDisarmed(control, nowMs) &&
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

/** The bad probes since the last one that was neither bad nor refused. */
function badInRow(probes: readonly ProbeResult[]): number {
  const definite = probes.filter(({ home }) => home !== "refused");
  const last = definite.map(isBad).lastIndexOf(false);
  return definite.length - 1 - last;
}
