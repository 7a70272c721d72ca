import type { TableDescription } from "../description/data";
import { SecondaryIndex } from "../../support/dynamodb/secondaryIndex";
import type { Item } from "../../support/dynamodb/expressions";

export interface Write {
  atMs: number;
  key: string;
  item: Item | undefined;
}

/** One region's copy of a table and its indexes. */
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

/** A table in all its regions, with the visibility rules of its consistency mode. */
export interface TableStore {
  /** How late a write reaches the other regions; undefined if it waits for a quorum of them. */
  readonly replicationMs?: number;
  /** All items, as a strong read would find them. */
  entries(): readonly (readonly [key: string, item: Item])[];
  /** Fills an unused table in all its regions. */
  load(entries: readonly (readonly [key: string, item: Item])[]): void;
  /**
   * Runs `work` once this region may read strongly and write. Otherwise it fails or hangs, as the
   * mode requires.
   */
  whenReady(region: string, work: () => void, fail: (error: Error) => void): void;
  strongRead(region: string, key: string): Item | undefined;
  eventualRead(region: string, key: string): Item | undefined;
  /** @throws ReplicatedWriteConflictException if two regions write one item at the same time */
  write(region: string, key: string, item: Item | undefined): void;
  index(region: string, name: string): SecondaryIndex | undefined;
}
