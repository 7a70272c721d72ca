/** Where a call starts or ends: a region, or the internet beside them. */
export type Place = string;

export const INTERNET: Place = "internet";

/**
 * Which places reach which. A call to a place that is not reached hangs until its caller gives up;
 * an answer that cannot travel back is lost, though the work was done.
 */
export class Network {
  private readonly lost = new Set<string>();
  private readonly cuts = new Set<string>();
  /** Of two majorities that a cut leaves, the one with this place goes on; drawn if undefined. */
  favoured: Place | undefined;
  /** How long a member of the ledger that comes back errs; drawn if undefined. */
  catchUpSeconds: number | undefined;
  private readonly listeners: (() => void)[] = [];

  isLost(region: string): boolean {
    return this.lost.size > 0 && this.lost.has(region);
  }

  reaches(from: Place, to: Place): boolean {
    if (this.lost.size === 0 && this.cuts.size === 0) return true;
    return !this.lost.has(from) && !this.lost.has(to) && !this.cuts.has(`${from}>${to}`);
  }

  /** Both ways, so that an answer comes back. */
  converses(one: Place, other: Place): boolean {
    return this.reaches(one, other) && this.reaches(other, one);
  }

  lose(region: string): void {
    this.lost.add(region);
    this.changed();
  }

  restore(region: string): void {
    this.lost.delete(region);
    this.changed();
  }

  cut(from: Place, to: Place): void {
    this.cuts.add(`${from}>${to}`);
    this.changed();
  }

  mend(from: Place, to: Place): void {
    this.cuts.delete(`${from}>${to}`);
    this.changed();
  }

  /** Called after every change, in order of asking. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
