import type { DrillOptions } from "./options";
import type { Played, Task } from "./played";
import { seedOfOutage } from "./seeds";
import { shrink } from "./shrink";
import { type Results, Tally } from "./tally";
import type { Failure } from "./text";

/** One outage in this many is played twice. */
const TWICE_EVERY = 100;
/**
 * Failures that are shrunk and reported in full. For the others, the report shows the command that
 * replays them.
 */
const TOLD_MAX = 3;
/** Outages started ahead of the next result in order. This limits how many results have to wait. */
const AHEAD = 64;

/** Plays an outage: the worker threads, or a test's own function. */
export type Play = (task: Task) => Promise<Played>;

export interface RunOutcome {
  results: Results;
  failures: readonly Failure[];
  /** The trace of a single outage, if requested. */
  trace: readonly string[] | undefined;
}

export function taskOf(options: DrillOptions, index: number): Task {
  const { seed, fault, keep, isTraced } = options;
  return {
    index,
    seed: seedOfOutage(seed, index),
    kind: fault,
    keep,
    isTraced,
    isPlayedTwice: index % TWICE_EVERY === 0 && !isTraced,
  };
}

/**
 * Plays all outages in parallel and adds them up in order, so that the result does not depend on
 * the number of jobs. @param toldMax number of failures to shrink, which plays each of them several
 * more times
 */
export async function run(
  options: DrillOptions,
  play: Play,
  progress: (done: number) => void = () => {},
  toldMax = TOLD_MAX,
): Promise<RunOutcome> {
  const tally = new Tally();
  const failures: Failure[] = [];
  let trace: readonly string[] | undefined;
  const ahead: { task: Task; played: Promise<Played> }[] = [];
  let next = 0;
  for (let done = 0; done < options.outages; done++) {
    for (; next < options.outages && ahead.length < AHEAD; next++) {
      const task = taskOf(options, next);
      const played = play(task);
      // The promise is awaited in its turn. Until then its rejection must not count as unhandled.
      played.catch(() => undefined);
      ahead.push({ task, played });
    }
    const first = ahead.shift()!;
    const played = await first.played;
    tally.add(played);
    trace ??= played.story?.trace;
    if (played.verdict === "FAILED" && failures.length < toldMax) {
      const isShrinkable = options.keep === undefined && played.faults.length > 0;
      const shrunk = isShrinkable ? await shrink(played, first.task, play) : undefined;
      failures.push({ played, shrunk });
    }
    progress(done + 1);
  }
  return { results: tally.results(options), failures, trace };
}
