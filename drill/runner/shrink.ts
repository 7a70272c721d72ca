import type { Kept } from "./kept";
import type { Played, Task } from "./played";

/** Maximum number of attempts, for dropping and shortening together. */
const TRIES_MAX = 24;
/** A fault is not shortened to less than this. */
const SHORTEST_SECONDS = 2;

/** The smallest schedule found that still breaks the same promise. */
export interface Shrunk {
  keep: readonly Kept[];
  played: Played;
}

/**
 * Drops faults, then shortens the remaining ones, one by one, as long as the promise that was
 * broken first stays broken: another broken promise would be another failure. Each fault has a
 * random stream of its own, so the others stay unchanged.
 */
export async function shrink(
  failed: Played,
  task: Task,
  play: (task: Task) => Promise<Played>,
): Promise<Shrunk> {
  const first = failed.broken[0]?.name;
  let keep: Kept[] = failed.faults.map((index) => ({ index }));
  let played = failed;
  let tries = 0;
  const attempt = async (candidate: Kept[]): Promise<boolean> => {
    if (tries++ >= TRIES_MAX) return false;
    const found = await play({ ...task, keep: candidate, isPlayedTwice: false });
    if (!found.broken.some(({ name }) => name === first)) return false;
    [keep, played] = [candidate, found];
    return true;
  };
  for (const { index } of keep) {
    if (keep.length > 1) await attempt(keep.filter((each) => each.index !== index));
  }
  for (const { index } of keep) {
    for (;;) {
      const at = keep.findIndex((each) => each.index === index);
      const seconds = Math.floor((played.story?.lengths[at] ?? 0) / 2);
      if (seconds < SHORTEST_SECONDS) break;
      const candidate = keep.map((each) => (each.index === index ? { index, seconds } : each));
      if (!(await attempt(candidate))) break;
    }
  }
  return { keep, played };
}
