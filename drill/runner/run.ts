import type { DrillOptions } from "./options";
import type { Played, Task } from "./played";
import { seedOfOutage } from "./seeds";
import { shrink } from "./shrink";
import { type Results, Tally } from "./tally";
import type { Failure } from "./text";

/** Every so many outages one is played twice. */
const TWICE_EVERY = 100;
/** Failures that are shrunken and told in full; the others are named, with the line that plays them. */
const TOLD_MAX = 3;
/** Outages handed out beyond the one whose turn it is: what is held back stays small. */
const AHEAD = 64;

/** Whatever plays an outage: worker processes, or a test's own. */
export type Play = (task: Task) => Promise<Played>;

export interface RunOutcome {
  results: Results;
  failures: readonly Failure[];
  /** The trace of a single outage, when asked for. */
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
 * Plays all outages side by side and adds them up in order, so that the outcome knows no jobs.
 * @param toldMax so many failures are shrunken, each by playing it some more times
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
      // Awaited in its turn; until then its failure is nobody's yet.
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
