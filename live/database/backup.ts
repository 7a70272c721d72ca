import { execFile } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Server } from "./server";

const run = promisify(execFile);
const RECOVERY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** A base backup: copies the files of a server that goes on writing. */
export async function backUp(source: Server, data: string): Promise<void> {
  // The session must stay open during the copy.
  const session = await source.connect("postgres");
  try {
    await session.query("select pg_backup_start('live', true)");
    await run("cp", ["-a", source.data, data]);
    const { rows } = await session.query<{ labelfile: string }>(
      "select labelfile from pg_backup_stop(false)",
    );
    writeDataFile(data, "backup_label", rows[0]!.labelfile);
    rmSync(path.join(data, "postmaster.pid"), { force: true });
  } finally {
    await session.end();
  }
}

/**
 * Makes a base backup a server of its own with everything that its source had committed until a time,
 * as a point-in-time recovery of Aurora does. The log comes from the source, which keeps it.
 * @param until as PostgreSQL writes a timestamptz
 * @throws Error if it is not there in time, or if nothing was committed after `until`.
 */
export async function recover(source: Server, copy: Server, until: string): Promise<void> {
  // The segment that has this time is complete then.
  await source.query("select pg_switch_wal()");
  const log = path.join(source.data, "pg_wal");
  const recovery = {
    restore_command: `cp ${log}/%f %p`,
    recovery_target_time: until,
    recovery_target_action: "promote",
  };
  const lines = Object.entries(recovery).map(([name, value]) => `${name} = '${value}'\n`);
  appendFileSync(path.join(copy.data, "postgresql.auto.conf"), lines.join(""));
  writeDataFile(copy.data, "recovery.signal", "");
  await copy.start();
  const isRecovering = async () =>
    (await copy.query<{ is: boolean }>("select pg_is_in_recovery() as is"))[0]!.is;
  const deadlineMs = Date.now() + RECOVERY_TIMEOUT_MS;
  while (await isRecovering()) {
    if (Date.now() > deadlineMs) throw new Error(`live: no recovery to ${until} in time`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function writeDataFile(data: string, name: string, text: string): void {
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, name), text);
  ownDataFile(data, name);
}

/** PostgreSQL refuses a key that anyone but its own user can read. */
export function ownDataFile(data: string, name: string): void {
  const { uid, gid } = statSync(data);
  const file = path.join(data, name);
  chownSync(file, uid, gid);
  chmodSync(file, 0o600);
}
