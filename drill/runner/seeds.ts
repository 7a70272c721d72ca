/**
 * The seed of one outage of a run: the run's own seed and the outage's number, so that a line with
 * it plays the same outage alone. A seed with a number already names one outage.
 */
export function seedOfOutage(base: string, index: number): string {
  return base.includes(".") ? base : `${base}.${index}`;
}
