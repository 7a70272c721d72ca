/** Where a call starts or ends: a region or the internet. */
export type Place = string;

export const INTERNET: Place = "internet";

/**
 * Which places can reach which. A call to an unreachable place hangs until its caller gives up. If
 * the answer cannot travel back it is lost, although the work was done.
 */
export class Network {
  private readonly lost = new Set<string>();
  private readonly cuts = new Set<string>();
  /**
   * If a partition leaves two possible majorities, the one with this place wins; drawn if
   * undefined.
   */
  favoured: Place | undefined;
  /** How long a returning member of the ledger fails while it catches up; drawn if undefined. */
  catchUpSeconds: number | undefined;
  private readonly listeners: (() => void)[] = [];

  isLost(region: string): boolean {
    return this.lost.size > 0 && this.lost.has(region);
  }

  reaches(from: Place, to: Place): boolean {
    if (this.lost.size === 0 && this.cuts.size === 0) return true;
    return !this.lost.has(from) && !this.lost.has(to) && !this.cuts.has(`${from}>${to}`);
  }

  /** True if both directions work, so that an answer can come back. */
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

  /** Calls the listener after every change, in the order of registration. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
