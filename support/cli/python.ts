import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Why Python tools cannot run here, in one line. */
export class NoPython extends Error {
  override readonly name = "NoPython";
}

/**
 * A virtual environment with the packages that a file pins, made once and kept outside the repository.
 * @returns its Python. Run tools as modules of it: their commands name a folder that is gone.
 * @throws NoPython where Python or a package is missing.
 */
export async function pythonWith(
  requirements: string,
  commands: readonly string[] = ["python3", "python"],
): Promise<string> {
  const cache = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
  const python = await findPython(commands);
  const hash = createHash("sha256").update(python.version).update(readFileSync(requirements));
  const name = `python-${hash.digest("hex").slice(0, 12)}`;
  const directory = path.join(cache, "trading-platform", name);
  if (!existsSync(directory)) await create(python.command, requirements, directory);
  return path.join(directory, "bin", "python");
}

async function findPython(
  commands: readonly string[],
): Promise<{ command: string; version: string }> {
  const ask = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])";
  for (const command of commands) {
    try {
      const { stdout } = await run(command, ["-c", ask]);
      const version = stdout.trim();
      const [major, minor] = version.split(".").map(Number);
      if (major === 3 && minor! >= 10) return { command, version };
    } catch {
      // Not there, or without venv: the next one may be.
    }
  }
  throw new NoPython("there is no Python of 3.10 or later with venv");
}

/** Makes the environment beside its place and renames it, so that no half of one is ever used. */
async function create(python: string, requirements: string, directory: string): Promise<void> {
  const unfinished = `${directory}.${process.pid}`;
  mkdirSync(path.dirname(directory), { recursive: true });
  const remove = () => rmSync(unfinished, { recursive: true, force: true });
  // Ctrl-C ends the process without the `finally` below.
  process.once("exit", remove);
  try {
    await run(python, ["-m", "venv", unfinished]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(path.join(unfinished, "bin", "python"), [...pip, "-r", requirements]);
    if (!existsSync(directory)) renameSync(unfinished, directory);
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error).trim();
    const last = lines.split("\n").at(-1);
    throw new NoPython(`pip cannot install ${path.basename(requirements)}: ${last}`);
  } finally {
    process.off("exit", remove);
    remove();
  }
}
