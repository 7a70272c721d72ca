import { type Mutation, changesOf } from "../mutation";
import type { Sabotage } from "../mutations/sabotages";
import { drawSchedule, scheduleText } from "../scenario/schedule";
import { OURS } from "./options";
import type { Glance } from "./sabotagePlay";
import { seedOfOutage } from "./seeds";

export interface HuntOptions {
  /** The seed of the hunt: its outages have the seeds SEED, SEED.1, SEED.2, ... */
  seed: string;
  /** Number of outages within which a mutation must be caught. */
  within: number;
}

/** The first outage in which a mutation breaks a promise that our own design keeps. */
export interface Catch {
  seed: string;
  promise: string;
  seen: string;
}

export interface Hunted {
  name: string;
  /** The files and resources that it changes. */
  changes: string;
  /** The kind of outage that was played. */
  kind: string;
  caught: Catch | null;
  /** Outages played until the catch. */
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

/** Outages of our own design by kind and seed, played once for all mutations. */
export type Baseline = Map<string, Promise<Glance>>;

/** Seeds in which a hunt looks for outages that can show its mutation. */
const SEEDS_MAX = 2_000;

/**
 * Plays outages that can show a mutation until a promise breaks. The breach counts only if our own
 * design keeps every promise in the same outage. For a pair, each mutation alone must keep them too.
 */
export async function hunt(
  { mutation, halves, kind, drawn }: Sabotage,
  { seed: from, within }: HuntOptions,
  play: PlayGlance,
  baseline: Baseline,
): Promise<Hunted> {
  const holds = async (designs: readonly string[], seed: string): Promise<boolean> => {
    for (const design of designs) {
      const key = `${kind} ${seed}`;
      const known = design === OURS ? baseline.get(key) : undefined;
      const glance = known ?? play(design, seed, kind);
      if (design === OURS) baseline.set(key, glance);
      if ((await glance).broken.length > 0) return false;
    }
    return true;
  };
  const seeds: string[] = [];
  let caught: Catch | null = null;
  for (let index = 0; index < SEEDS_MAX && seeds.length < within && caught === null; index++) {
    const seed = seedOfOutage(from, index);
    if (drawn?.test(scheduleText(drawSchedule(seed, { kind }))) === false) continue;
    seeds.push(seed);
    const [first] = (await play(mutation.name, seed, kind)).broken;
    if (first === undefined) continue;
    if (!(await holds([OURS, ...halves.map(({ name }) => name)], seed))) continue;
    caught = { seed, promise: first.name, seen: first.seen };
  }
  const { name } = mutation;
  const pair = caught === null ? null : await pairOf(halves, seeds, holds);
  return { name, changes: changesOf(mutation), kind, caught, played: seeds.length, pair };
}

/**
 * Plays the covered mutation alone in every outage in which the pair was played, to check that the
 * second safeguard covers it there too.
 */
async function pairOf(
  [covered, guard]: readonly Mutation[],
  seeds: readonly string[],
  holds: (designs: readonly string[], seed: string) => Promise<boolean>,
): Promise<Pair | null> {
  if (covered === undefined || guard === undefined) return null;
  const caughtAlone: string[] = [];
  // The last seed is that of the catch, in which the covered mutation alone broke nothing.
  for (const seed of seeds.slice(0, -1)) {
    const isCaught = !(await holds([covered.name], seed)) && (await holds([OURS], seed));
    if (isCaught) caughtAlone.push(seed);
  }
  return { covered: covered.name, guard: guard.name, played: seeds.length, caughtAlone };
}
