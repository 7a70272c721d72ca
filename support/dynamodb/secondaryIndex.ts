import type { Item } from "./expressions";

export interface IndexDescription {
  name: string;
  hashKey: string;
  rangeKey: string | undefined;
  /** Attributes that an index entry carries; undefined for all. */
  projected: ReadonlySet<string> | undefined;
}

interface Entry {
  range: string | number;
  key: string;
  item: Item;
}

/** A global secondary index on one replica: entries of a hash value, sorted by range, then key. */
export class SecondaryIndex {
  private readonly partitions = new Map<unknown, Entry[]>();

  constructor(readonly description: IndexDescription) {}

  /** Moves an item's entry from where it was to where it is now. */
  update(key: string, before: Item | undefined, after: Item | undefined): void {
    const { hashKey, rangeKey } = this.description;
    const isWhereItWas =
      before !== undefined &&
      after !== undefined &&
      before[hashKey] === after[hashKey] &&
      (rangeKey === undefined || before[rangeKey] === after[rangeKey]);
    if (isWhereItWas) return this.replace(key, after);
    const old = this.place(before);
    if (old !== undefined) {
      const entries = this.partitions.get(old.hash)!;
      entries.splice(position(entries, old.range, key), 1);
    }
    const now = this.place(after);
    if (now === undefined) return;
    let entries = this.partitions.get(now.hash);
    if (entries === undefined) this.partitions.set(now.hash, (entries = []));
    entries.splice(position(entries, now.range, key), 0, { range: now.range, key, item: after! });
  }

  private replace(key: string, item: Item): void {
    const place = this.place(item);
    if (place === undefined) return;
    const entries = this.partitions.get(place.hash)!;
    entries[position(entries, place.range, key)]!.item = item;
  }

  /** Entries of a partition; empty where nothing has that hash. */
  partition(hash: unknown): readonly Entry[] {
    return this.partitions.get(hash) ?? [];
  }

  /** What the index carries of an item. */
  project(item: Item): Item {
    const { projected } = this.description;
    if (projected === undefined) return { ...item };
    const entry: Record<string, unknown> = {};
    for (const name in item) if (projected.has(name)) entry[name] = item[name];
    return entry;
  }

  /** An item without the index's keys is not in it: the index is sparse. */
  private place(item: Item | undefined): { hash: unknown; range: string | number } | undefined {
    const { hashKey, rangeKey } = this.description;
    const hash = item?.[hashKey];
    const range = rangeKey === undefined ? "" : item?.[rangeKey];
    if (hash === undefined || hash === null) return undefined;
    return typeof range === "string" || typeof range === "number" ? { hash, range } : undefined;
  }
}

/** Where an entry is, or belongs. */
export function position(entries: readonly Entry[], range: string | number, key: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle]!;
    if (entry.range < range || (entry.range === range && entry.key < key)) low = middle + 1;
    else high = middle;
  }
  return low;
}
