/**
 * What is explored: how large the world is, how often each misfortune may strike, and which rules
 * of the protocol are in force.
 */
export interface Scene {
  name: string;
  orders: 1 | 2;
  /** Runs of the orchestrator that may hold a stale look at the same time. */
  runs: 1 | 2;
  hasProcessors: boolean;
  hasClosers: boolean;
  luck: Luck;
  rules: Rules;
}

/** How often each thing may still happen. */
export interface Luck {
  homeLosses: number;
  standbyLosses: number;
  /** Both witnesses speak against home although it is up. */
  falseSigns: number;
  /** Fences that an operator asks for. */
  failbacks: number;
  failoversHome: number;
  failoversStandby: number;
}

/** Rules that can be taken out, one at a time. */
export interface Rules {
  /** A closer asks its database for the epoch, not only for the row. */
  closerTestsEpoch: boolean;
  /** The control item remembers where we are going, and how. */
  controlRemembersTarget: boolean;
  /** The insert holds its right `for share` until it commits. */
  statementHoldsRight: boolean;
  /** The control item is read again immediately before an RDS call. */
  readsAgainBeforeCall: boolean;
  /** An activation raises `writer_epoch` only upward. */
  raisesOnlyUpward: boolean;
  /** Aurora's writer does not count as such while a promotion leads away from it. */
  knowsLeavingWriter: boolean;
  /** What RDS said about one region is not used when the control item names the other. */
  asksNamedRegion: boolean;
  /** A row that is gone when its body is compared proves nothing against its order. */
  sparesMissingRow: boolean;
}
