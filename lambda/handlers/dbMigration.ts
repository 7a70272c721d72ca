import { PROBE_WRITER, PRUNE_CANARIES, RAISE_EPOCH, READ_EPOCH } from "../orders/database";
import { variable } from "../runtime/env";
import { readDbMigrationEvent, type DbMigrationEvent } from "../runtime/events";
import { createLog } from "../runtime/log";
import {
  applyMigration,
  migrations,
  MIGRATIONS_TABLE,
  READ_MIGRATIONS,
} from "../orders/migrations";
import type { Clock } from "../runtime/clock";
import type { Runtime, Sql } from "../runtime/runtime";
import {
  CANARY_ROWS_KEPT_SECONDS,
  MIGRATION_LOCK_TIMEOUT_MS,
  MIGRATION_STATEMENT_TIMEOUT_MS,
  PRUNE_ROWS,
  PRUNE_SECONDS,
} from "../orders/tunables";

export type DbMigrationRuntime = Pick<Runtime, "env" | "clock" | "write" | "sql">;

export type DbMigrationResult =
  | { status: "activated"; epoch: number; newestRowAtMs: number | null }
  /** The database has another epoch, which is not lower, or too far below. */
  | { status: "superseded"; epoch: number }
  | { status: "reported"; epoch: number }
  | { status: "migrated"; applied: number[] }
  | { status: "pruned"; rows: number }
  | { status: "not the writer" };

/**
 * Migrates this region's database, deletes old canary rows, or raises the epoch for an activation.
 * An activation applies no migrations, because a takeover must not wait for them. It is the only
 * function that signs in as the master user. It changes nothing unless the database is the writer.
 */
export function createDbMigration(
  runtime: DbMigrationRuntime,
): (event: unknown) => Promise<DbMigrationResult> {
  const { clock, env } = runtime;
  const log = createLog(runtime, "db-migration");
  const database = {
    endpoint: variable(env, "DATABASE_ENDPOINT"),
    database: variable(env, "DATABASE_NAME"),
    as: "master",
  } as const;
  const sql = runtime.sql(database);
  const migrationSql = runtime.sql({
    ...database,
    statementTimeoutMs: MIGRATION_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: MIGRATION_LOCK_TIMEOUT_MS,
  });

  async function migrate(): Promise<number[]> {
    await migrationSql(MIGRATIONS_TABLE, []);
    const rows = await migrationSql<{ version: number }>(READ_MIGRATIONS, []);
    const done = new Set(rows.map((row) => row.version));
    const missing = migrations.filter((migration) => !done.has(migration.version));
    for (const text of missing.flatMap(applyMigration)) await migrationSql(text, []);
    return missing.map((migration) => migration.version);
  }

  async function readEpoch() {
    const [now] = await sql<{ epoch: number; newest_row_at: string | Date | null }>(READ_EPOCH, []);
    if (now === undefined) throw new Error("writer_epoch has no row; insert one with the epoch 0");
    return now;
  }

  async function raise(epoch: number): Promise<DbMigrationResult> {
    await sql(RAISE_EPOCH, [epoch]);
    const now = await readEpoch();
    if (now.epoch !== epoch) return { status: "superseded", epoch: now.epoch };
    const newestRowAtMs = now.newest_row_at === null ? null : new Date(now.newest_row_at).getTime();
    return { status: "activated", epoch, newestRowAtMs };
  }

  async function isWriter(event: DbMigrationEvent): Promise<boolean> {
    try {
      const [probe] = await sql<{ writer: boolean }>(PROBE_WRITER, []);
      return probe?.writer === true;
    } catch (error) {
      const isInactive = isUnresolved(error) || ("migrate" in event && isUnreachable(error));
      if (!isInactive) throw error;
      log.info("the endpoint leads nowhere", { error });
      return false;
    }
  }

  async function handle(event: DbMigrationEvent): Promise<DbMigrationResult> {
    if (!(await isWriter(event))) return { status: "not the writer" };
    if ("activate" in event) return raise(event.activate);
    if ("report" in event) return { status: "reported", epoch: (await readEpoch()).epoch };
    if ("prune" in event) return { status: "pruned", rows: await prune(sql, clock) };
    return { status: "migrated", applied: await migrate() };
  }

  return async (received) => {
    const event = readDbMigrationEvent(received);
    const result = await handle(event);
    log.info(result.status, { event, result });
    return result;
  };
}

const codeOf = (error: unknown) => String((error as { code?: unknown }).code);

/** A secondary's writer endpoint is inactive: its name may resolve to a reader or not at all. */
function isUnresolved(error: unknown): boolean {
  return ["ENOTFOUND", "EAI_AGAIN", "ENODATA"].includes(codeOf(error));
}

/**
 * An inactive endpoint may also lead to an address where nobody answers. In the standby that must not
 * fail a deployment. A takeover needs to know the difference, because it repeats what failed. The
 * message is pg's, which gives this error no code.
 */
function isUnreachable(error: unknown): boolean {
  const codes = ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"];
  return codes.includes(codeOf(error)) || (error as Error).message === "timeout expired";
}

/** Deletes in pieces, so that a large backlog cannot exceed the timeout of a statement. */
async function prune(sql: Sql, clock: Clock): Promise<number> {
  const startedMs = clock.nowMs();
  const before = new Date(startedMs - CANARY_ROWS_KEPT_SECONDS * 1000).toISOString();
  let rows = 0;
  for (;;) {
    const deleted = await sql<{ id: string }>(PRUNE_CANARIES, [before, PRUNE_ROWS]);
    rows += deleted.length;
    const isTimeUp = clock.nowMs() - startedMs > PRUNE_SECONDS * 1000;
    if (deleted.length < PRUNE_ROWS || isTimeUp) return rows;
  }
}
