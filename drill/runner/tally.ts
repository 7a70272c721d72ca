import { type Bound, bounds } from "../scenario/bounds";
import { type Counters, counterNames, merged, uncovered } from "../scenario/coverage";
import type { DrillOptions } from "./options";
import type { Played } from "./played";

/**
 * A run of at least this many outages of the ordinary mix fails if a situation that matters never
 * occurred.
 */
export const COVERAGE_NEEDS = 10_000;
/** Bin width of a kind's recovery times. The last bin holds all longer ones. */
export const BIN_SECONDS = 10;
export const BINS = 40;

export interface Distribution {
  count: number;
  p50: number | null;
  p99: number | null;
  max: number | null;
  /** Number of outages that never recovered. */
  never: number;
}

export interface KindCount {
  kind: string;
  played: number;
  passed: number;
  failed: number;
  notSurvivable: number;
}

export interface BoundResult {
  bound: string;
  settled: Distribution;
  accepted: Distribution;
  overhead: Distribution;
}

/** How long orders took to settle again in one kind of outage. */
export interface KindRecovery {
  kind: string;
  settled: Distribution;
  /** Number of outages per bin of BIN_SECONDS. */
  bins: readonly number[];
}

/** What is kept of every outage that broke a promise. Its seed reproduces the rest. */
export type FailedOutage = Pick<Played, "seed" | "kind" | "broken">;

export interface Slowest {
  seed: string;
  kind: string;
  seconds: number;
}

/** The results of a run, from which the report is made. */
export interface Results {
  seed: string;
  design: string;
  outages: number;
  kinds: readonly KindCount[];
  bounds: readonly BoundResult[];
  recoveries: readonly KindRecovery[];
  /** The slowest outage that recovered and had a bound; null if there is none. */
  slowest: Slowest | null;
  orders: Played["orders"];
  coverage: Counters;
  /**
   * Promises broken by the run as a whole: a p99 above its bound, or a situation that never
   * occurred.
   */
  brokenByAll: readonly { name: string; seen: string }[];
  failed: number;
  failures: readonly FailedOutage[];
  eventsPlayed: number;
  virtualSeconds: number;
  /** A hash over the trace hashes of all outages, in order. */
  hash: string;
}

/** Adds up outages in order of their numbers. */
export class Tally {
  private readonly kinds = new Map<string, KindCount>();
  private readonly recoveries = new Map<string, Recoveries>();
  private readonly settledByKind = new Map<string, (number | null)[]>();
  private slowest: Slowest | null = null;
  private coverage: Counters = {};
  private readonly orders = { acknowledged: 0, missing: 0, rejected: 0, doubled: 0, altered: 0 };
  private readonly failures: FailedOutage[] = [];
  private failed = 0;
  private outages = 0;
  private eventsPlayed = 0;
  private virtualSeconds = 0;
  private hash = 0x811c9dc5;

  add(played: Played): void {
    this.outages++;
    this.eventsPlayed += played.eventsPlayed;
    this.virtualSeconds += played.virtualSeconds;
    for (const letter of played.traceHash) {
      this.hash = Math.imul(this.hash ^ letter.charCodeAt(0), 0x01000193);
    }
    this.addKind(played);
    const { orders, coverage, recovery, bound } = played;
    for (const name of orderCounts) this.orders[name] += orders[name];
    this.coverage = merged([this.coverage, coverage]);
    if (bound === undefined) return;
    let all = this.recoveries.get(bound);
    if (all === undefined) {
      this.recoveries.set(bound, (all = { settled: [], accepted: [], overhead: [] }));
    }
    for (const measure of measures) all[measure].push(recovery[measure]);
    this.addRecovery(played);
  }

  results({ seed, design, fault }: Pick<DrillOptions, "seed" | "design" | "fault">): Results {
    const isCovering = this.outages >= COVERAGE_NEEDS && fault === undefined;
    const results = boundsInOrder.flatMap(({ name }) => {
      const all = this.recoveries.get(name);
      if (all === undefined) return [];
      const [settled, accepted, overhead] = measures.map((measure) => distribution(all[measure]));
      return [{ bound: name, settled: settled!, accepted: accepted!, overhead: overhead! }];
    });
    return {
      seed,
      design,
      outages: this.outages,
      kinds: [...this.kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
      bounds: results,
      recoveries: [...this.settledByKind].sort(([a], [b]) => (a < b ? -1 : 1)).map(kindRecovery),
      slowest: this.slowest,
      orders: this.orders,
      coverage: Object.fromEntries(counterNames.map((name) => [name, this.coverage[name] ?? 0])),
      brokenByAll: [
        ...boundsInOrder.flatMap((bound) => {
          const all = this.recoveries.get(bound.name);
          return all === undefined ? [] : tooSlow(bound, all);
        }),
        ...(isCovering ? neverCame(this.coverage) : []),
      ],
      failed: this.failed,
      failures: this.failures,
      eventsPlayed: this.eventsPlayed,
      virtualSeconds: Math.round(this.virtualSeconds),
      hash: (this.hash >>> 0).toString(16).padStart(8, "0"),
    };
  }

  private addRecovery({ seed, kind, recovery: { settled: seconds } }: Played): void {
    const values = this.settledByKind.get(kind);
    if (values === undefined) this.settledByKind.set(kind, [seconds]);
    else values.push(seconds);
    if (seconds !== null && seconds > (this.slowest?.seconds ?? 0)) {
      this.slowest = { seed, kind, seconds };
    }
  }

  private addKind(played: Played): void {
    const { kind, verdict } = played;
    let count = this.kinds.get(kind);
    if (count === undefined) {
      count = { kind, played: 0, passed: 0, failed: 0, notSurvivable: 0 };
      this.kinds.set(kind, count);
    }
    count.played++;
    if (verdict === "PASSED") count.passed++;
    else if (verdict === "NOT SURVIVABLE") count.notSurvivable++;
    else {
      count.failed++;
      this.failed++;
      this.failures.push({ seed: played.seed, kind, broken: played.broken });
    }
  }
}

type Measure = "settled" | "accepted" | "overhead";
type Recoveries = Record<Measure, (number | null)[]>;
const orderCounts = ["acknowledged", "missing", "rejected", "doubled", "altered"] as const;
const measures: readonly Measure[] = ["settled", "accepted", "overhead"];
const boundsInOrder: readonly Bound[] = Object.values(bounds);

function kindRecovery([kind, values]: [string, readonly (number | null)[]]): KindRecovery {
  const bins = Array.from({ length: BINS }, () => 0);
  for (const seconds of values) {
    if (seconds !== null) bins[Math.min(BINS - 1, Math.floor(seconds / BIN_SECONDS))]!++;
  }
  return { kind, settled: distribution(values), bins };
}

const ascending = (values: readonly (number | null)[]): number[] =>
  values.filter((value) => value !== null).sort((a, b) => a - b);

/** Percentiles by nearest rank, over the outages that recovered. */
export function distribution(values: readonly (number | null)[]): Distribution {
  const sorted = ascending(values);
  const rank = (share: number): number | null =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return {
    count: values.length,
    p50: rank(0.5),
    p99: rank(0.99),
    max: sorted.at(-1) ?? null,
    never: values.length - sorted.length,
  };
}

/**
 * Checks the p99. With fewer than a hundred outages the slowest one is left out, because it may be
 * the hundredth.
 */
function tooSlow(bound: Bound, all: Recoveries): { name: string; seen: string }[] {
  const limits: readonly [Measure, number | undefined][] = [
    ["settled", bound.settledP99Seconds],
    ["accepted", bound.acceptedP99Seconds],
    ["overhead", bound.overheadP99Seconds],
  ];
  return limits.flatMap(([measure, limit]) => {
    const sorted = ascending(all[measure]);
    const above = Math.max(1, Math.floor(sorted.length / 100));
    const held = sorted[sorted.length - 1 - above];
    if (limit === undefined || held === undefined || held <= limit) return [];
    const seen = `${held.toFixed(1)} s, at most ${limit} s, slowest ${above} of ${sorted.length} aside`;
    return [{ name: `${bound.name}: p99 ${measure}`, seen }];
  });
}

function neverCame(coverage: Counters): { name: string; seen: string }[] {
  return uncovered(coverage).map((name) => ({
    name: "every moment that matters comes",
    seen: `never: ${name}`,
  }));
}
