import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/**
 * Processes that this one has started, with what removes the things that they leave. Each leads a
 * process group of its own (`detached`).
 */
const leaders = new Map<ChildProcess, () => void>();
const directories = new Set<string>();

// Also after Ctrl-C and after an error.
process.once("exit", () => {
  leaders.forEach((tidy, leader) => {
    killGroup(leader, "SIGKILL");
    tidy();
  });
  directories.forEach(removed);
});

/**
 * Remembers a process: it ends with this one.
 * @param tidy removes what the process leaves when it is killed.
 */
export function owned<Process extends ChildProcess>(leader: Process, tidy = () => {}): Process {
  leaders.set(leader, tidy);
  leader.once("exit", () => {
    leaders.delete(leader);
    // What it has started may outlive it.
    killGroup(leader, "SIGKILL");
    tidy();
  });
  return leader;
}

/** A temporary folder that other users can write to. It is removed when this process ends. */
export function ownedDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "live-"));
  directories.add(directory);
  chmodSync(directory, 0o777);
  return directory;
}

export function removed(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  directories.delete(directory);
}

/** Ends a process and what it has started. SIGKILL: a process that is asked to end may start others. */
export async function killed(leader: ChildProcess, signal: NodeJS.Signals = "SIGKILL") {
  if (hasEnded(leader)) return;
  const ended = once(leader, "exit");
  killGroup(leader, signal);
  await ended;
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
