import { heading, table } from "../../support/cli/table";
import { OURS } from "./options";
import type { Glance } from "./sabotagePlay";
import type { PlayGlance } from "./sabotage";
import { seedOfOutage } from "./seeds";
import { type Distribution, distribution } from "./tally";

/** The designs to compare. The first one is the shipped one. */
export const comparedDesigns = [OURS, "plain", "seed-in-standby"] as const;
export type ComparedDesign = (typeof comparedDesigns)[number];

/** The results of one design over all outages; times in seconds from the fault. */
export interface CompareRow {
  design: ComparedDesign;
  outages: number;
  /** Number of outages that a design can survive; for example, not two lost regions at once. */
  survivable: number;
  /** Number of outages in which every promise held. */
  survived: number;
  /** Seconds until orders settled, over the outages that have a recovery bound. */
  settled: Distribution;
  accepted: Distribution;
  acknowledged: number;
  /** Acknowledged orders that are neither in the surviving database nor rejected at the end. */
  lost: number;
  /** Outages in which at least one order was lost. */
  outagesWithLoss: number;
  doubled: number;
  /** The sum of the seconds that promises/splitBrain measures. */
  splitBrainSeconds: number;
  outagesWithSplitBrain: number;
  /** Outages in which each promise was broken, most frequent first. */
  broken: readonly { promise: string; outages: number }[];
}

export interface Comparison {
  seed: string;
  outages: number;
  rows: readonly CompareRow[];
}

export interface Compared {
  seed: string;
  outages: number;
  /** Plays only this kind; all kinds if undefined. */
  kind?: string | undefined;
}

/** Plays the same outages against each design. */
export async function compare(
  { seed, outages, kind }: Compared,
  play: PlayGlance,
  progress: (done: number, all: number) => void = () => {},
): Promise<Comparison> {
  const tasks = comparedDesigns.flatMap((design) =>
    Array.from({ length: outages }, (_, index) => ({ design, index })),
  );
  const glances = new Map(comparedDesigns.map((design) => [design, new Array<Glance>(outages)]));
  let done = 0;
  await Promise.all(
    tasks.map(async ({ design, index }) => {
      glances.get(design)![index] = await play(design, seedOfOutage(seed, index), kind);
      progress(++done, tasks.length);
    }),
  );
  return { seed, outages, rows: [...glances].map(([design, each]) => rowOf(design, each)) };
}

export function rowOf(design: ComparedDesign, glances: readonly Glance[]): CompareRow {
  const sum = (of: (glance: Glance) => number): number =>
    glances.reduce((total, each) => total + of(each), 0);
  const held = glances.filter(({ hasBound }) => hasBound);
  return {
    design,
    outages: glances.length,
    survivable: sum(({ isSurvivable }) => (isSurvivable ? 1 : 0)),
    survived: sum(({ verdict }) => (verdict === "PASSED" ? 1 : 0)),
    settled: distribution(held.map(({ recovery }) => recovery.settled)),
    accepted: distribution(held.map(({ recovery }) => recovery.accepted)),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    lost: sum(({ lost }) => lost),
    outagesWithLoss: sum(({ lost }) => (lost > 0 ? 1 : 0)),
    doubled: sum(({ doubled }) => doubled),
    splitBrainSeconds: sum((glance) => glance.splitBrainSeconds),
    outagesWithSplitBrain: sum((glance) => (glance.splitBrainSeconds > 0 ? 1 : 0)),
    broken: countBroken(glances),
  };
}

function countBroken(glances: readonly Glance[]): CompareRow["broken"] {
  const counts = new Map<string, number>();
  for (const { broken } of glances) {
    for (const { name } of broken) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([promise, outages]) => ({ promise, outages }))
    .sort((a, b) => b.outages - a.outages || (a.promise < b.promise ? -1 : 1));
}

export function compareText(comparison: Comparison): string {
  const { seed, outages, rows } = comparison;
  return [
    heading(`${outages} outages from seed ${seed}, against ${rows.length} designs`),
    table(compareTable(comparison)),
  ].join("\n\n");
}

/** One column per design. */
export function compareTable({ rows }: Comparison): string[][] {
  return [["", ...rows.map(({ design }) => design)], ...lines.map((line) => lineOf(line, rows))];
}

type Line = readonly [name: string, cell: (row: CompareRow) => string];

const lines: readonly Line[] = [
  ["outages survived", ({ survived, survivable }) => `${survived} of ${survivable}`],
  ["share survived", ({ survived, survivable }) => percent(survived, survivable)],
  ["RTO settled, p50", ({ settled }) => seconds(settled.p50)],
  ["p99", ({ settled }) => seconds(settled.p99)],
  ["max", ({ settled }) => seconds(settled.max)],
  ["never", ({ settled }) => `${settled.never} of ${settled.count}`],
  ["RTO accepted, p50", ({ accepted }) => seconds(accepted.p50)],
  ["p99", ({ accepted }) => seconds(accepted.p99)],
  ["never", ({ accepted }) => `${accepted.never} of ${accepted.count}`],
  ["orders acknowledged", ({ acknowledged }) => String(acknowledged)],
  ["orders lost", ({ lost }) => String(lost)],
  ["outages with a loss", ({ outagesWithLoss }) => String(outagesWithLoss)],
  ["orders doubled", ({ doubled }) => String(doubled)],
  ["split brain", ({ splitBrainSeconds }) => seconds(splitBrainSeconds)],
  ["outages with split brain", ({ outagesWithSplitBrain }) => String(outagesWithSplitBrain)],
];

function lineOf([name, cell]: Line, rows: readonly CompareRow[]): string[] {
  return [name, ...rows.map(cell)];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}

function seconds(value: number | null): string {
  return value === null ? "-" : `${value.toFixed(1)} s`;
}
