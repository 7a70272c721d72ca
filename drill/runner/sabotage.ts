import { type Mutation, changesOf } from "../mutation";
import type { Sabotage } from "../mutations/sabotages";
import { drawSchedule } from "../scenario/schedule";
import { OURS } from "./options";
import type { Glance } from "./sabotagePlay";
import { seedOfOutage } from "./seeds";

export interface HuntOptions {
  /** The seed of the mix: its outages have the seeds SEED.0, SEED.1, ... */
  seed: string;
  /** Number of outages within which a mutation must be caught. */
  within: number;
  /** Plays every outage of the mix, also those in which a mutation cannot show. */
  isEvery: boolean;
}

/** The first outage of the mix in which a mutation breaks a promise that our own design keeps. */
export interface Catch {
  /** Number of the outage in the mix, counted from 1. */
  outage: number;
  seed: string;
  kind: string;
  promise: string;
  seen: string;
}

export interface Hunted {
  name: string;
  /** The files and resources that it changes. */
  changes: string;
  caught: Catch | null;
  /**
   * Outages played until the catch. Outages of kinds in which the mutation cannot show are skipped.
   */
  played: number;
  /**
   * For a pair of safeguards: the mutation that the second safeguard covers, and that safeguard's
   * mutation.
   */
  pair: Pair | null;
}

/** At the seed of the catch, each mutation of the pair was also played alone and broke nothing. */
export interface Pair {
  covered: string;
  guard: string;
  /** Outages up to the catch in which the covered mutation was played alone. */
  played: number;
  /**
   * Seeds of the outages in which the covered mutation alone broke a promise that our own design
   * keeps.
   */
  caughtAlone: readonly string[];
}

/** Plays what a seed draws against a design: the worker threads, or a test's own function. */
export type PlayGlance = (design: string, seed: string, kind?: string) => Promise<Glance>;

/** Outages of our own design, played once for all mutations. */
export type Baseline = Map<string, Promise<Glance>>;

/**
 * Plays the mix against a mutation until a promise breaks. The breach counts only if our own design
 * keeps every promise at the same seed. For a pair, each mutation alone must keep them too.
 */
export async function hunt(
  { mutation, halves, kinds }: Sabotage,
  options: HuntOptions,
  play: PlayGlance,
  baseline: Baseline,
): Promise<Hunted> {
  const seeds: string[] = [];
  let caught: Catch | null = null;
  for (let index = 0; index < options.within && caught === null; index++) {
    const seed = seedOfOutage(options.seed, index);
    const isMeant = kinds.length === 0 || kinds.includes(drawSchedule(seed).kind);
    if (!isMeant && !options.isEvery) continue;
    seeds.push(seed);
    const { broken, kind } = await play(mutation.name, seed);
    const [first] = broken;
    if (first === undefined) continue;
    const others = [OURS, ...halves.map(({ name }) => name)];
    if (!(await allHold(others, seed, play, baseline))) continue;
    caught = { outage: index + 1, seed, kind, promise: first.name, seen: first.seen };
  }
  const pair = caught === null ? null : await pairOf(halves, seeds, play, baseline);
  return { name: mutation.name, changes: changesOf(mutation), caught, played: seeds.length, pair };
}

/**
 * Plays the covered mutation alone in every outage in which the pair was played, to check that the
 * second safeguard covers it there too.
 */
async function pairOf(
  [covered, guard]: readonly Mutation[],
  seeds: readonly string[],
  play: PlayGlance,
  baseline: Baseline,
): Promise<Pair | null> {
  if (covered === undefined || guard === undefined) return null;
  const caughtAlone: string[] = [];
  for (const seed of seeds) {
    const { broken } = await play(covered.name, seed);
    if (broken.length > 0 && (await allHold([OURS], seed, play, baseline))) caughtAlone.push(seed);
  }
  return { covered: covered.name, guard: guard.name, played: seeds.length, caughtAlone };
}

async function allHold(
  designs: readonly string[],
  seed: string,
  play: PlayGlance,
  baseline: Baseline,
): Promise<boolean> {
  for (const design of designs) {
    let glance = design === OURS ? baseline.get(seed) : undefined;
    glance ??= play(design, seed);
    if (design === OURS) baseline.set(seed, glance);
    if ((await glance).broken.length > 0) return false;
  }
  return true;
}
