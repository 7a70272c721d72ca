import { serviceError } from "../aws/errors";
import type { Item } from "./expressions";
import { type IndexDescription, SecondaryIndex } from "./secondaryIndex";
import { type ItemStore, type TableKeys, carryOut } from "./table";

export interface GlobalTableSettings extends TableKeys {
  indexes: readonly IndexDescription[];
  nowMs: () => number;
  /** Two regions that write one item within this time conflict. */
  conflictMs: number;
  /** What is not read strongly, and every index, lags behind by this much. */
  lagMs: number;
  /** Sees a write before it happens, and refuses it by throwing. */
  admit?: (before: Item | undefined, after: Item | undefined, key: string) => void;
}

interface Write {
  key: string;
  item: Item | undefined;
  before: Item | undefined;
  atMs: number;
}

/** A strongly consistent global table in memory, with its indexes. */
export class GlobalTable {
  private readonly items = new Map<string, Item>();
  private readonly copy = new Map<string, Item>();
  private readonly underWay: Write[] = [];
  private readonly writers = new Map<string, { region: string; atMs: number }>();
  private readonly indexes: readonly SecondaryIndex[];

  constructor(private readonly settings: GlobalTableSettings) {
    this.indexes = settings.indexes.map((index) => new SecondaryIndex(index));
  }

  /** Carries out a request that a region has received. See `carryOut`. */
  answer(region: string, command: string, input: Readonly<Record<string, unknown>>): unknown {
    return carryOut(this.seenFrom(region), this.settings, command, input);
  }

  /** All items, as a strongly consistent scan finds them. */
  values(): Iterable<Item> {
    return this.items.values();
  }

  private seenFrom(region: string): ItemStore {
    return {
      strongRead: (key) => this.items.get(key),
      eventualRead: (key) => {
        this.catchUp();
        return this.copy.get(key);
      },
      write: (key, item, before) => this.write(region, { key, item, before }),
      index: (name) => {
        this.catchUp();
        return this.indexes.find(({ description }) => description.name === name);
      },
    };
  }

  private catchUp(): void {
    const { nowMs, lagMs } = this.settings;
    const untilMs = nowMs() - lagMs;
    let done = 0;
    for (const { key, item, before, atMs } of this.underWay) {
      if (atMs > untilMs) break;
      for (const index of this.indexes) index.update(key, before, item);
      store(this.copy, key, item);
      done++;
    }
    this.underWay.splice(0, done);
  }

  private write(region: string, { key, item, before }: Omit<Write, "atMs">): void {
    const { nowMs, conflictMs, admit } = this.settings;
    const atMs = nowMs();
    const last = this.writers.get(key);
    if (last !== undefined && last.region !== region && atMs - last.atMs < conflictMs) {
      throw serviceError("ReplicatedWriteConflictException", "two regions wrote one item at once");
    }
    admit?.(before, item, key);
    this.writers.set(key, { region, atMs });
    this.underWay.push({ key, item, before, atMs });
    store(this.items, key, item);
  }
}

function store(items: Map<string, Item>, key: string, item: Item | undefined): void {
  if (item === undefined) items.delete(key);
  else items.set(key, item);
}
