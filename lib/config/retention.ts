/** What happens to data when its resource goes. */
export type Retention = "ephemeral" | "durable";

/** Everything that decides whether data outlives `pulumi destroy`; moves together. */
export interface RetentionRow {
  /** A database or table refuses to be deleted. */
  readonly deletionProtection: boolean;
  /** Zones, buckets and the global cluster go although something is left in them. */
  readonly forceDestroy: boolean;
  /** The database leaves no snapshot behind. */
  readonly skipFinalSnapshot: boolean;
  /** Backups go with the database. */
  readonly deleteAutomatedBackups: boolean;
  /** Changes of the database come at once, not in the maintenance window. */
  readonly applyImmediately: boolean;
  readonly backupRetentionDays: number;
  readonly pointInTimeRecoveryDays: number;
  /** 0 deletes at once, so that the name can be used again. */
  readonly secretRecoveryWindowDays: number;
  readonly keyDeletionWindowDays: number;
  readonly logRetentionDays: number;
  /** Archives of settled orders are kept this long. */
  readonly archiveDays: number;
  /** What was overwritten or deleted in a bucket can be brought back for this long. */
  readonly noncurrentVersionDays: number;
}

/**
 * One switch, because half of it is worse than either: protection without snapshots loses data,
 * snapshots without protection keep billing after a pull request is closed.
 */
export const retentionRows: Readonly<Record<Retention, RetentionRow>> = {
  ephemeral: {
    deletionProtection: false,
    forceDestroy: true,
    skipFinalSnapshot: true,
    deleteAutomatedBackups: true,
    applyImmediately: true,
    backupRetentionDays: 1,
    pointInTimeRecoveryDays: 1,
    secretRecoveryWindowDays: 0,
    keyDeletionWindowDays: 7,
    logRetentionDays: 7,
    archiveDays: 1,
    noncurrentVersionDays: 1,
  },
  durable: {
    deletionProtection: true,
    forceDestroy: false,
    skipFinalSnapshot: false,
    deleteAutomatedBackups: false,
    applyImmediately: false,
    backupRetentionDays: 35,
    pointInTimeRecoveryDays: 35,
    secretRecoveryWindowDays: 30,
    keyDeletionWindowDays: 30,
    logRetentionDays: 365,
    // A start of seven years: ask those who keep your records.
    archiveDays: 7 * 365,
    noncurrentVersionDays: 30,
  },
};
