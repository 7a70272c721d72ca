/**
 * What to explore: the size of the world, how often each kind of fault may occur, and which rules
 * of the protocol apply.
 */
export interface Scene {
  name: string;
  orders: 1 | 2;
  /** Number of orchestrator invocations that may hold a stale observation at the same time. */
  runs: 1 | 2;
  hasProcessors: boolean;
  hasClosers: boolean;
  /**
   * Closed orders are deleted after a day. Order 1 then uses the id of order 0: it is accepted once
   * order 0 is deleted.
   */
  reusesId: boolean;
  luck: Luck;
  rules: Rules;
}

/** How often each event may still occur. */
export interface Luck {
  homeLosses: number;
  standbyLosses: number;
  /** False signs: both witnesses speak against home although it is up. */
  falseSigns: number;
  /** Fences requested by an operator. */
  failbacks: number;
  failoversHome: number;
  failoversStandby: number;
}

/** Rules that can be removed one at a time. */
export interface Rules {
  /** A closer reads the epoch of its database too, not only the row. */
  closerTestsEpoch: boolean;
  /** The control item stores the target, and whether to switch over or fail over. */
  controlRemembersTarget: boolean;
  /** The insert locks its right with `for share` until it commits. */
  statementHoldsRight: boolean;
  /** The control item is read again immediately before an RDS call. */
  readsAgainBeforeCall: boolean;
  /** An activation never lowers `writer_epoch`. */
  raisesOnlyUpward: boolean;
  /** Aurora's writer does not count as the writer while a promotion moves it away. */
  knowsLeavingWriter: boolean;
  /** What RDS said about one region is not used when the control item names another one. */
  asksNamedRegion: boolean;
  /** A closer compares the row's fingerprint with the order's, not only the id. */
  closerComparesOrders: boolean;
  /** Only an order that is still closed is deleted. */
  deletesClosedOnly: boolean;
  /** If the row has disappeared when its body is compared, the order is not rejected. */
  sparesMissingRow: boolean;
}
