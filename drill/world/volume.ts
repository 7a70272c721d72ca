import type { Order } from "../shipped";

/** A settled order in the database: the fields of an order, null if it has none. */
export interface Row extends Record<Exclude<keyof Order, "orderId">, string | null> {
  id: string;
  acceptedAt: string;
  acceptedIn: string;
  fingerprint: string;
  settledAt: string;
  /** The right under which it was written. */
  epoch: number;
  committedAtMs: number;
}

/** The contents of a volume after a prefix of its writer's log. */
export class VolumeState {
  readonly rows = new Map<string, Row>();
  /** Undefined until the schema exists. */
  writerEpoch: number | undefined;
  migrations: Set<number> | undefined;
  hasApplicationUser = false;

  copy(): VolumeState {
    const copy = new VolumeState();
    for (const [id, row] of this.rows) copy.rows.set(id, row);
    copy.writerEpoch = this.writerEpoch;
    copy.migrations = this.migrations && new Set(this.migrations);
    copy.hasApplicationUser = this.hasApplicationUser;
    return copy;
  }
}

export type Change = (state: VolumeState) => void;

interface LogEntry {
  atMs: number;
  change: Change;
}

/**
 * Aurora's storage in one region: what was committed here or, on a secondary, the part of the
 * writer's log that has arrived. A secondary always holds a prefix of the log.
 */
export class Volume {
  epochLock = new RowLock();
  private source: Volume | undefined;
  private readonly followers = new Set<Volume>();
  /** Commits of the source that have not arrived in this volume yet. */
  private readonly underWay: LogEntry[] = [];

  private constructor(
    readonly id: number,
    readonly state: VolumeState,
  ) {}

  /** The first writer's volume. It is empty unless the world begins after the deployment. */
  static first(id: number, state: VolumeState | undefined): Volume {
    return new Volume(id, state?.copy() ?? new VolumeState());
  }

  /** A new volume that starts as a copy of the writer and follows it. */
  static following(id: number, writer: Volume): Volume {
    const volume = new Volume(id, writer.state.copy());
    volume.follow(writer);
    return volume;
  }

  /** Makes this volume a copy of `writer` that follows it. */
  follow(writer: Volume): void {
    this.leave();
    this.source = writer;
    writer.followers.add(this);
  }

  /**
   * Called when its instances go down: statements in progress are rolled back and release their
   * locks.
   */
  dropSessions(): void {
    this.epochLock = new RowLock();
  }

  commit(atMs: number, change: Change): void {
    for (const { underWay } of this.followers) underWay.push({ atMs, change });
    change(this.state);
  }

  /** Applies what the writer had committed by `untilMs`. */
  catchUp(untilMs: number): void {
    const { underWay, state } = this;
    let arrived = 0;
    while (arrived < underWay.length && underWay[arrived]!.atMs <= untilMs) {
      underWay[arrived++]!.change(state);
    }
    underWay.splice(0, arrived);
  }

  /** Stops following. Returns the number of the writer's rows that never arrived. */
  detach(): number {
    const source = this.leave();
    if (source === undefined) return 0;
    let lost = 0;
    for (const id of source.state.rows.keys()) if (!this.state.rows.has(id)) lost++;
    return lost;
  }

  private leave(): Volume | undefined {
    const { source } = this;
    source?.followers.delete(this);
    this.source = undefined;
    this.underWay.length = 0;
    return source;
  }
}

export type LockMode = "share" | "exclusive";

/**
 * The lock on the single row of writer_epoch: shared for inserts, exclusive for raising the epoch.
 */
export class RowLock {
  private shared = 0;
  private isExclusive = false;
  private readonly queue: { mode: LockMode; granted: () => void }[] = [];

  /** @returns a function that stops waiting; a lock already held is kept */
  acquire(mode: LockMode, granted: () => void): () => void {
    const waiting = { mode, granted };
    this.queue.push(waiting);
    this.grant();
    return () => {
      const at = this.queue.indexOf(waiting);
      if (at === -1) return;
      this.queue.splice(at, 1);
      this.grant();
    };
  }

  release(mode: LockMode): void {
    if (mode === "share") this.shared--;
    else this.isExclusive = false;
    this.grant();
  }

  private grant(): void {
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      if (this.isExclusive || (next.mode === "exclusive" && this.shared > 0)) return;
      this.queue.shift();
      if (next.mode === "share") this.shared++;
      else this.isExclusive = true;
      next.granted();
    }
  }
}
