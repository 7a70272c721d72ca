import { type Mutation, changesOf } from "../mutation";
import type { Sabotage } from "../mutations/sabotages";
import { drawSchedule } from "../scenario/schedule";
import { OURS } from "./options";
import type { Glance } from "./sabotagePlay";
import { seedOfOutage } from "./seeds";

export interface HuntOptions {
  /** Of the ordinary mix: its outages have the seeds SEED.0, SEED.1, ... */
  seed: string;
  /** How many outages of the mix a mutation has to be caught in. */
  within: number;
  /** Every outage of the mix is played, those as well in which a mutation cannot show. */
  isEvery: boolean;
}

/** The first outage of the mix at which a mutation breaks a promise that our own design keeps. */
export interface Catch {
  /** Its number in the mix, counted from 1. */
  outage: number;
  seed: string;
  kind: string;
  promise: string;
  seen: string;
}

export interface Hunted {
  name: string;
  /** Files and resources. */
  changes: string;
  caught: Catch | null;
  /** Outages played until then; the others before it were of kinds in which it cannot show. */
  played: number;
  /** Of a pair: the mutation that a second guard covers, and that guard's. */
  pair: Pair | null;
}

/** At the seed of the catch each of the two was played alone as well, and broke nothing. */
export interface Pair {
  covered: string;
  guard: string;
  /** Outages up to the catch in which the covered one was played alone. */
  played: number;
  /** Seeds of those in which it broke a promise that our own design keeps. */
  caughtAlone: readonly string[];
}

/** Whatever plays what a seed draws against a design: worker threads, or a test. */
export type PlayGlance = (design: string, seed: string, kind?: string) => Promise<Glance>;

/** Outages of our own design, played once for all mutations. */
export type Baseline = Map<string, Promise<Glance>>;

/**
 * Plays the mix against a mutation until a promise breaks. It counts only where our own design
 * keeps every promise at the same seed, and, for a pair, each half alone as well.
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

/** Plays the covered half alone wherever the pair was played: what covers it covers it there too. */
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
