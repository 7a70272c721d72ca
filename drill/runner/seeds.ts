/**
 * The seed of one outage of a run, so that a line with it plays the same outage alone: the first
 * has the run's own, the others have their number behind it. A seed with a number names one outage.
 */
export function seedOfOutage(base: string, index: number): string {
  return index === 0 ? base : `${base}.${index}`;
}

/** Whether a seed names one outage beyond the first of a run. */
export function namesOne(seed: string): boolean {
  return seed.includes(".");
}
