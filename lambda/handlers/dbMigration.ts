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
import type { Runtime } from "../runtime/runtime";
import { CANARY_ACCOUNT } from "../auth/tunables";
import { CANARY_ROWS_KEPT_SECONDS } from "../orders/tunables";

export type DbMigrationRuntime = Pick<Runtime, "env" | "clock" | "write" | "sql">;

export type DbMigrationResult =
  | { status: "activated"; epoch: number; newestRowAtMs: number | null }
  | { status: "superseded"; epoch: number }
  | { status: "migrated"; applied: number[] }
  | { status: "pruned" }
  | { status: "not the writer" };

/**
 * Migrates this region's database, deletes old canary rows and, for an activation, raises the
 * epoch. It is the only function that signs in as the master user. It changes nothing unless the
 * database is the writer.
 */
export function createDbMigration(
  runtime: DbMigrationRuntime,
): (event: unknown) => Promise<DbMigrationResult> {
  const { env } = runtime;
  const log = createLog(runtime, "db-migration");
  const sql = runtime.sql({
    endpoint: variable(env, "DATABASE_ENDPOINT"),
    database: variable(env, "DATABASE_NAME"),
    as: "master",
  });

  async function migrate(): Promise<number[]> {
    await sql(MIGRATIONS_TABLE, []);
    const done = new Set(
      (await sql<{ version: number }>(READ_MIGRATIONS, [])).map((r) => r.version),
    );
    const missing = migrations.filter((migration) => !done.has(migration.version));
    for (const migration of missing) await sql(applyMigration(migration), []);
    return missing.map((migration) => migration.version);
  }

  async function raise(epoch: number): Promise<DbMigrationResult> {
    await sql(RAISE_EPOCH, [epoch]);
    const [now] = await sql<{ epoch: number; newest_row_at: string | Date | null }>(READ_EPOCH, []);
    if (now === undefined) throw new Error("writer_epoch has no row; insert one with the epoch 0");
    if (now.epoch !== epoch) return { status: "superseded", epoch: now.epoch };
    const newestRowAtMs = now.newest_row_at === null ? null : new Date(now.newest_row_at).getTime();
    return { status: "activated", epoch, newestRowAtMs };
  }

  /** A secondary's writer endpoint is inactive: its name may resolve to a reader or not at all. */
  async function isWriter(): Promise<boolean> {
    try {
      const [probe] = await sql<{ writer: boolean }>(PROBE_WRITER, []);
      return probe?.writer === true;
    } catch (error) {
      if ((error as { code?: unknown }).code === "ENOTFOUND") return false;
      throw error;
    }
  }

  async function handle(event: DbMigrationEvent): Promise<DbMigrationResult> {
    if (!(await isWriter())) return { status: "not the writer" };
    if ("prune" in event) {
      const before = runtime.clock.nowMs() - CANARY_ROWS_KEPT_SECONDS * 1000;
      await sql(PRUNE_CANARIES, [CANARY_ACCOUNT, new Date(before).toISOString()]);
      return { status: "pruned" };
    }
    const applied = await migrate();
    return "activate" in event ? raise(event.activate) : { status: "migrated", applied };
  }

  return async (received) => {
    const event = readDbMigrationEvent(received);
    const result = await handle(event);
    log.info(result.status, { event, result });
    return result;
  };
}
