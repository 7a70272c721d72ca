/**
 * The seed of one outage of a run, with which the drill replays that outage alone. The first outage
 * has the run's own seed; the others append their number. A seed with a number names one outage.
 */
export function seedOfOutage(base: string, index: number): string {
  return index === 0 ? base : `${base}.${index}`;
}

/** Whether a seed names one outage other than the first of a run. */
export function namesOne(seed: string): boolean {
  return seed.includes(".");
}
