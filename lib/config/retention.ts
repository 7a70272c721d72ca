/** What happens to data when its resource is deleted. */
export type Retention = "ephemeral" | "durable";

/** All settings that decide whether data outlives `pulumi destroy`. */
export interface RetentionRow {
  /** AWS refuses to delete databases and tables. */
  readonly deletionProtection: boolean;
  /** Pulumi refuses to delete or replace stateful resources. */
  readonly protect: boolean;
  /** Zones, buckets and the global cluster are deleted even if they are not empty. */
  readonly forceDestroy: boolean;
  /** The database is deleted without a final snapshot. */
  readonly skipFinalSnapshot: boolean;
  /** Automated backups are deleted with the database. */
  readonly deleteAutomatedBackups: boolean;
  /** Changes of the database apply immediately, not in the maintenance window. */
  readonly applyImmediately: boolean;
  readonly backupRetentionDays: number;
  readonly pointInTimeRecoveryDays: number;
  /** 0 deletes the secret immediately, so that its name can be used again. */
  readonly secretRecoveryWindowDays: number;
  readonly keyDeletionWindowDays: number;
  /**
   * Keys stay when the stack is destroyed: snapshots, backups, and secrets in their recovery window
   * cannot be restored without them.
   */
  readonly keepKeys: boolean;
  readonly logRetentionDays: number;
  /** Access to buckets and to the database, and connections in the networks, are logged. */
  readonly auditLogs: boolean;
  /** Archives of settled orders are kept this long. */
  readonly archiveDays: number;
  /** Overwritten and deleted objects can be restored for this long. */
  readonly noncurrentVersionDays: number;
}

/**
 * One switch, because a mixture is worse than either: protection without snapshots loses data, and
 * snapshots without protection cost money after a pull request is closed.
 */
export const retentionRows: Readonly<Record<Retention, RetentionRow>> = {
  ephemeral: {
    deletionProtection: false,
    protect: false,
    forceDestroy: true,
    skipFinalSnapshot: true,
    deleteAutomatedBackups: true,
    applyImmediately: true,
    backupRetentionDays: 1,
    pointInTimeRecoveryDays: 1,
    secretRecoveryWindowDays: 0,
    keyDeletionWindowDays: 7,
    keepKeys: false,
    logRetentionDays: 7,
    auditLogs: false,
    archiveDays: 1,
    noncurrentVersionDays: 1,
  },
  durable: {
    deletionProtection: true,
    protect: true,
    forceDestroy: false,
    skipFinalSnapshot: false,
    deleteAutomatedBackups: false,
    applyImmediately: false,
    backupRetentionDays: 35,
    pointInTimeRecoveryDays: 35,
    secretRecoveryWindowDays: 30,
    keyDeletionWindowDays: 30,
    keepKeys: true,
    logRetentionDays: 365,
    auditLogs: true,
    // Seven years is a starting point: check your own retention requirements.
    archiveDays: 7 * 365,
    noncurrentVersionDays: 30,
  },
};
