import type { Luck, Scene } from "./scene";

/** 0 is home, 1 the standby: small enough for a state's key. */
export type Region = 0 | 1;
export const HOME: Region = 0;
export const STANDBY: Region = 1;
export const otherThan = (region: Region): Region => (region === HOME ? STANDBY : HOME);

/** The complete state at one moment. It is immutable: each step creates a new one. */
export interface State {
  /** The control item as a number that `controlOf` decodes; 0 if there is none. */
  control: number;
  /** The region that Aurora calls the writer. */
  writer: Region;
  promotion: Promotion | null;
  volumes: readonly [Volume, Volume];
  isUp: readonly [boolean, boolean];
  orders: readonly Order[];
  runs: readonly Run[];
  processors: readonly [Processor, Processor];
  closers: readonly [Closer, Closer];
  luck: Luck;
  /** Aurora was told to accept data loss for a target that the control item did not name. */
  wasUnasked: boolean;
}

/** A promotion that RDS has accepted but not completed. */
export interface Promotion {
  target: Region;
  losesData: boolean;
}

/** A region's storage: a log of raised epochs and inserted rows. */
export interface Volume {
  /** `discarded`: left behind by a failover, still readable and, in the worst case, writable. */
  role: "writer" | "reader" | "discarded";
  log: string;
}

/** An order in the ledger. */
export interface Order {
  /** `absent`: not accepted yet. */
  status: "open" | "closed" | "rejected" | "deleted" | "absent";
  settledEpoch: number;
}

/** An orchestrator invocation between its poll and the end of its act. */
export interface Run {
  does: "nothing" | "create" | "fence" | "promote" | "raise" | "activate" | "notify";
  /** The region in which it executes: it freezes while that region is lost. */
  self: Region;
  target: Region;
  how: "start" | "failover" | "switchover";
  /** The epoch of the control item that it read. */
  epoch: number;
  /** Whether the control item still has the version that the poll read. */
  isCurrent: boolean;
}

/** `compares`: it found a row with its order's id and reads that row's body next. */
export interface Processor {
  does: "nothing" | "inserts" | "commits" | "compares" | "marks";
  epoch: number;
  order: number;
}

export interface Closer {
  does: "nothing" | "reads" | "closes" | "deletes";
  epoch: number;
  /** Orders to close, seen in the local volume, or to delete, seen in the index; one bit each. */
  seen: number;
}

export const idleRun: Run = {
  does: "nothing",
  self: HOME,
  target: HOME,
  how: "start",
  epoch: 0,
  isCurrent: false,
};
export const idleProcessor: Processor = { does: "nothing", epoch: 0, order: 0 };
export const idleCloser: Closer = { does: "nothing", epoch: 0, seen: 0 };

/**
 * A new stack: home is Aurora's writer, and there is no control item. All orders start as accepted:
 * one that is placed later behaves, until then, like one that nobody has taken.
 */
export function initialState(scene: Scene): State {
  return {
    control: 0,
    writer: HOME,
    promotion: null,
    volumes: [
      { role: "writer", log: "" },
      { role: "reader", log: "" },
    ],
    isUp: [true, true],
    orders: Array.from({ length: scene.orders }, (_, i) => ({
      status: scene.reusesId && i > 0 ? "absent" : "open",
      settledEpoch: 0,
    })),
    runs: Array.from({ length: scene.runs }, () => idleRun),
    processors: [idleProcessor, idleProcessor],
    closers: [idleCloser, idleCloser],
    luck: scene.luck,
    wasUnasked: false,
  };
}

/** A copy of the pair or list with one element replaced. */
export function put<List extends readonly unknown[]>(
  list: List,
  index: number,
  value: List[number],
): List {
  const copy = list.slice();
  copy[index] = value;
  return copy as unknown as List;
}

// --- Logs: one character for each entry ---

const FIRST_ROW = 16;

export const epochEntry = (epoch: number): string => String.fromCharCode(epoch);
export const rowEntry = (order: number, epoch: number): string =>
  String.fromCharCode(FIRST_ROW + order * FIRST_ROW + epoch);

/** Decodes a log entry; `order` is null for a raised epoch. */
export function entryAt(log: string, index: number): { order: number | null; epoch: number } {
  const code = log.charCodeAt(index);
  const epoch = code % FIRST_ROW;
  return { order: code < FIRST_ROW ? null : Math.floor(code / FIRST_ROW) - 1, epoch };
}

/** `writer_epoch` in a volume: the entry raised last, or the migration's initial 0. */
export function writerEpoch(log: string): number {
  for (let i = log.length - 1; i >= 0; i--) {
    const code = log.charCodeAt(i);
    if (code < FIRST_ROW) return code;
  }
  return 0;
}

export function hasRow(log: string, order: number): boolean {
  const first = FIRST_ROW + order * FIRST_ROW;
  for (let i = 0; i < log.length; i++) {
    const code = log.charCodeAt(i);
    if (code >= first && code < first + FIRST_ROW) return true;
  }
  return false;
}

/** Whether the log has a row with this order's id. Orders share an id where one uses it again. */
export function hasRowOfId(log: string, order: number, { reusesId }: Scene): boolean {
  return reusesId ? hasRow(log, 0) || hasRow(log, 1) : hasRow(log, order);
}

/** Receives each possible next step: the actor, the action, and the state after it. */
export type Tell = (actor: string, does: string, next: State) => void;
