import type { TableDescription } from "../description/data";
import type { Base } from "./base";
import type { Item } from "../../support/dynamodb/expressions";
import { Replica, type TableStore, type Write } from "./replica";
import type { SecondaryIndex } from "../../support/dynamodb/secondaryIndex";

interface RegionalCopy {
  replica: Replica;
  /** This region's own writes, for the other regions. */
  sent: Write[];
  /** When each item was last written in any region. The later write wins. */
  writtenAtMs: Map<string, number>;
  /** How many writes of each other region have arrived here. */
  taken: Map<string, number>;
}

/**
 * A table that replicates asynchronously or has only one region. Every region reads and tests
 * conditions against its own copy, and the later of two writes wins.
 */
export class EventualTable implements TableStore {
  private readonly copies = new Map<string, RegionalCopy>();
  readonly replicationMs: number;

  constructor(
    private readonly base: Base,
    description: TableDescription,
  ) {
    this.replicationMs = base.draw("eventualReplicationMs");
    for (const region of description.replicaRegions) {
      this.copies.set(region, {
        replica: new Replica(description),
        sent: [],
        writtenAtMs: new Map(),
        taken: new Map(),
      });
    }
  }

  entries(): (readonly [string, Item])[] {
    const [first] = this.copies.values();
    return [...(first?.replica.items ?? [])];
  }

  load(entries: readonly (readonly [string, Item])[]): void {
    for (const [key, item] of entries) {
      for (const { replica } of this.copies.values()) replica.apply(key, item);
    }
  }

  whenReady(_region: string, work: () => void): void {
    work();
  }

  strongRead(region: string, key: string): Item | undefined {
    return this.current(region).replica.items.get(key);
  }

  eventualRead(region: string, key: string): Item | undefined {
    return this.strongRead(region, key);
  }

  write(region: string, key: string, item: Item | undefined): void {
    const copy = this.current(region);
    copy.replica.apply(key, item);
    copy.writtenAtMs.set(key, this.base.nowMs);
    copy.sent.push({ atMs: this.base.nowMs, key, item });
  }

  index(region: string, name: string): SecondaryIndex | undefined {
    return this.current(region).replica.indexes.get(name);
  }

  /** The region's copy, after applying the other regions' writes that have arrived by now. */
  private current(region: string): RegionalCopy {
    const copy = this.copies.get(region)!;
    for (const [other, source] of this.copies) {
      if (other === region || !this.base.network.reaches(other, region)) continue;
      let taken = copy.taken.get(other) ?? 0;
      for (; taken < source.sent.length; taken++) {
        const write = source.sent[taken]!;
        if (write.atMs + this.replicationMs > this.base.nowMs) break;
        if (write.atMs < (copy.writtenAtMs.get(write.key) ?? -Infinity)) continue;
        copy.replica.apply(write.key, write.item);
        copy.writtenAtMs.set(write.key, write.atMs);
      }
      copy.taken.set(other, taken);
    }
    return copy;
  }
}
