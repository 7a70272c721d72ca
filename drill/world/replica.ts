import type { TableDescription } from "../description/data";
import { SecondaryIndex } from "../../support/dynamodb/secondaryIndex";
import type { Item } from "../../support/dynamodb/expressions";

export interface Write {
  atMs: number;
  key: string;
  item: Item | undefined;
}

/** One region's copy of a table with its indexes. */
export class Replica {
  readonly items = new Map<string, Item>();
  readonly indexes: ReadonlyMap<string, SecondaryIndex>;

  constructor(table: TableDescription) {
    this.indexes = indexesOf(table);
  }

  apply(key: string, item: Item | undefined): void {
    const before = this.items.get(key);
    if (item === undefined) this.items.delete(key);
    else this.items.set(key, item);
    for (const index of this.indexes.values()) index.update(key, before, item);
  }
}

export function indexesOf({ indexes }: TableDescription): ReadonlyMap<string, SecondaryIndex> {
  return new Map(indexes.map((index) => [index.name, new SecondaryIndex(index)]));
}

/** A table in all its regions, as its consistency mode lets them see it. */
export interface TableStore {
  /** Everything that is stored, as a strong read would find it. */
  entries(): readonly (readonly [key: string, item: Item])[];
  /** Fills a table that nobody has used yet, in all its regions. */
  load(entries: readonly (readonly [key: string, item: Item])[]): void;
  /** Runs `work` once this region may read strongly and write; fails or hangs as the mode says. */
  whenReady(region: string, work: () => void, fail: (error: Error) => void): void;
  strongRead(region: string, key: string): Item | undefined;
  eventualRead(region: string, key: string): Item | undefined;
  /** @throws ReplicatedWriteConflictException where two regions write one item at once. */
  write(region: string, key: string, item: Item | undefined): void;
  index(region: string, name: string): SecondaryIndex | undefined;
}
