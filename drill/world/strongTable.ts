import type { TableDescription } from "../description/data";
import type { Base } from "./base";
import { serviceError } from "./errors";
import type { Item } from "./expressions";
import { Quorum } from "./quorum";
import { Replica, type TableStore, type Write } from "./replica";
import type { SecondaryIndex } from "./secondaryIndex";

/** Two regions that write one item within this time conflict. */
const CONFLICT_MS = 8;

/** A region's copy: a prefix of the table's writes, applied when somebody looks. */
interface Follower {
  replica: Replica;
  applied: number;
}

/**
 * A table with multi-region strong consistency: one order of writes for all regions, decided by a
 * quorum; what is read without asking for strong consistency, and every index, lags behind.
 */
export class StrongTable implements TableStore {
  private readonly items = new Map<string, Item>();
  private readonly writes: Write[] = [];
  private readonly lastWriters = new Map<string, { region: string; atMs: number }>();
  private readonly followers = new Map<string, Follower>();
  private readonly quorum: Quorum;
  private readonly delayMs: number;

  constructor(
    private readonly base: Base,
    description: TableDescription,
  ) {
    const { replicaRegions, witnessRegion } = description;
    this.delayMs = base.draw("indexDelayMs");
    // Asked before the quorum changes: what had reached a region until now stays visible there.
    base.network.onChange(() => this.catchUpAll());
    this.quorum = new Quorum(base, [...replicaRegions, ...(witnessRegion ? [witnessRegion] : [])]);
    for (const region of replicaRegions) {
      this.followers.set(region, { replica: new Replica(description), applied: 0 });
    }
  }

  entries(): (readonly [string, Item])[] {
    return [...this.items];
  }

  load(entries: readonly (readonly [string, Item])[]): void {
    for (const [key, item] of entries) {
      this.items.set(key, item);
      for (const { replica } of this.followers.values()) replica.apply(key, item);
    }
  }

  whenReady(region: string, work: () => void, fail: (error: Error) => void): void {
    this.quorum.whenReady(region, work, fail);
  }

  strongRead(_region: string, key: string): Item | undefined {
    return this.items.get(key);
  }

  eventualRead(region: string, key: string): Item | undefined {
    return this.caughtUp(region).items.get(key);
  }

  write(region: string, key: string, item: Item | undefined): void {
    const last = this.lastWriters.get(key);
    if (last !== undefined && last.region !== region && this.base.nowMs - last.atMs < CONFLICT_MS) {
      throw serviceError(
        "ReplicatedWriteConflictException",
        "One or more items in this request are being modified by a request in another Region.",
      );
    }
    this.lastWriters.set(key, { region, atMs: this.base.nowMs });
    if (item === undefined) this.items.delete(key);
    else this.items.set(key, item);
    this.writes.push({ atMs: this.base.nowMs, key, item });
  }

  index(region: string, name: string): SecondaryIndex | undefined {
    return this.caughtUp(region).indexes.get(name);
  }

  private caughtUp(region: string): Replica {
    const follower = this.followers.get(region)!;
    if (this.quorum.isMember(region)) this.applyUntil(follower, this.base.nowMs - this.delayMs);
    return follower.replica;
  }

  private catchUpAll(): void {
    for (const region of this.followers.keys()) this.caughtUp(region);
  }

  private applyUntil(follower: Follower, untilMs: number): void {
    for (; follower.applied < this.writes.length; follower.applied++) {
      const write = this.writes[follower.applied]!;
      if (write.atMs > untilMs) return;
      follower.replica.apply(write.key, write.item);
    }
  }
}
