import type { TableDescription } from "../description/data";
import type { Base } from "./base";
import { serviceError } from "./errors";
import type { Item } from "./expressions";
import { Quorum } from "./quorum";
import { Replica, type TableStore, type Write } from "./replica";
import type { SecondaryIndex } from "./secondaryIndex";

/** Two regions that write one item within this time conflict. */
const CONFLICT_MS = 8;

/** What is known of one key: one look-up of a text finds all of it. */
interface Slot {
  /** Replicas are handed this very text: their maps then need not compare it. */
  readonly key: string;
  item: Item | undefined;
  /** Who wrote it last, and when. */
  writer: string | undefined;
  writtenAtMs: number;
}

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
  private readonly slots = new Map<string, Slot>();
  private readonly writes: Write[] = [];
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
    return [...this.slots.values()].flatMap(({ key, item }) =>
      item === undefined ? [] : [[key, item] as const],
    );
  }

  load(entries: readonly (readonly [string, Item])[]): void {
    for (const [key, item] of entries) {
      this.slots.set(key, { key, item, writer: undefined, writtenAtMs: 0 });
      for (const { replica } of this.followers.values()) replica.apply(key, item);
    }
  }

  whenReady(region: string, work: () => void, fail: (error: Error) => void): void {
    this.quorum.whenReady(region, work, fail);
  }

  strongRead(_region: string, key: string): Item | undefined {
    return this.slots.get(key)?.item;
  }

  eventualRead(region: string, key: string): Item | undefined {
    return this.caughtUp(region).items.get(key);
  }

  write(region: string, key: string, item: Item | undefined): void {
    const { nowMs } = this.base;
    let slot = this.slots.get(key);
    if (slot === undefined) {
      slot = { key, item: undefined, writer: undefined, writtenAtMs: 0 };
      this.slots.set(key, slot);
    }
    const isAnothers = slot.writer !== undefined && slot.writer !== region;
    if (isAnothers && nowMs - slot.writtenAtMs < CONFLICT_MS) {
      throw serviceError(
        "ReplicatedWriteConflictException",
        "One or more items in this request are being modified by a request in another Region.",
      );
    }
    slot.writer = region;
    slot.writtenAtMs = nowMs;
    slot.item = item;
    this.writes.push({ atMs: nowMs, key: slot.key, item });
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
