import type { TableDescription } from "../description/data";
import type { Base } from "./base";
import { serviceError } from "../../support/aws/errors";
import type { Item } from "../../support/dynamodb/expressions";
import { Quorum } from "./quorum";
import { type TableStore, indexesOf } from "./replica";
import type { SecondaryIndex } from "../../support/dynamodb/secondaryIndex";

/** Two regions that write one item within this time conflict. */
const CONFLICT_MS = 8;

/** All data of one key, so that one lookup suffices. */
interface Slot {
  readonly key: string;
  item: Item | undefined;
  /** What each region's copy holds, indexed by follower. */
  readonly copies: (Item | undefined)[];
  /** The region and time of its last write. */
  writer: string | undefined;
  writtenAtMs: number;
}

interface Write {
  atMs: number;
  slot: Slot;
  item: Item | undefined;
}

/** A region's copy: a prefix of the table's writes, applied when the copy is read. */
interface Follower {
  readonly number: number;
  readonly indexes: ReadonlyMap<string, SecondaryIndex>;
  /** Writes that have not arrived yet. */
  readonly underWay: Write[];
}

/**
 * A table with multi-region strong consistency: a quorum decides one order of writes for all
 * regions. Reads without strong consistency, and all indexes, lag behind.
 */
export class StrongTable implements TableStore {
  private readonly slots = new Map<string, Slot>();
  private readonly followers = new Map<string, Follower>();
  private readonly quorum: Quorum;
  private readonly delayMs: number;

  constructor(
    private readonly base: Base,
    description: TableDescription,
  ) {
    const { replicaRegions, witnessRegion } = description;
    this.delayMs = base.draw("indexDelayMs");
    // Called before the quorum changes: what has arrived in a region by now stays visible there.
    base.network.onChange(() => this.catchUpAll());
    this.quorum = new Quorum(base, [...replicaRegions, ...(witnessRegion ? [witnessRegion] : [])]);
    replicaRegions.forEach((region, number) =>
      this.followers.set(region, { number, indexes: indexesOf(description), underWay: [] }),
    );
  }

  entries(): (readonly [string, Item])[] {
    return [...this.slots.values()].flatMap(({ key, item }) =>
      item === undefined ? [] : [[key, item] as const],
    );
  }

  load(entries: readonly (readonly [string, Item])[]): void {
    for (const [key, item] of entries) {
      const slot = this.newSlot(key);
      slot.item = item;
      for (const follower of this.followers.values()) follow(follower, slot, item);
    }
  }

  whenReady(region: string, work: () => void, fail: (error: Error) => void): void {
    this.quorum.whenReady(region, work, fail);
  }

  strongRead(_region: string, key: string): Item | undefined {
    return this.slots.get(key)?.item;
  }

  eventualRead(region: string, key: string): Item | undefined {
    const { number } = this.caughtUp(region);
    return this.slots.get(key)?.copies[number];
  }

  write(region: string, key: string, item: Item | undefined): void {
    const { nowMs } = this.base;
    const slot = this.slots.get(key) ?? this.newSlot(key);
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
    const write = { atMs: nowMs, slot, item };
    for (const { underWay } of this.followers.values()) underWay.push(write);
  }

  index(region: string, name: string): SecondaryIndex | undefined {
    return this.caughtUp(region).indexes.get(name);
  }

  private newSlot(key: string): Slot {
    const copies = new Array<undefined>(this.followers.size).fill(undefined);
    const slot = { key, item: undefined, copies, writer: undefined, writtenAtMs: 0 };
    this.slots.set(key, slot);
    return slot;
  }

  private caughtUp(region: string): Follower {
    const follower = this.followers.get(region)!;
    if (this.quorum.isMember(region)) applyUntil(follower, this.base.nowMs - this.delayMs);
    return follower;
  }

  private catchUpAll(): void {
    for (const region of this.followers.keys()) this.caughtUp(region);
  }
}

function applyUntil(follower: Follower, untilMs: number): void {
  const { underWay } = follower;
  let arrived = 0;
  for (; arrived < underWay.length && underWay[arrived]!.atMs <= untilMs; arrived++) {
    follow(follower, underWay[arrived]!.slot, underWay[arrived]!.item);
  }
  underWay.splice(0, arrived);
}

function follow({ number, indexes }: Follower, slot: Slot, item: Item | undefined): void {
  const before = slot.copies[number];
  slot.copies[number] = item;
  for (const index of indexes.values()) index.update(slot.key, before, item);
}
