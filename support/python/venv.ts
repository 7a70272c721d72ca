import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The oldest version that the tools support. */
const MINOR_MIN = 10;
const names = ["python3", ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];
const cache = path.join(__dirname, "../../.cache/python");

/** This machine cannot run the Python tools. Whoever can do without them counts as skipped. */
export class NoPythonError extends Error {
  override readonly name = "NoPythonError";
}

/**
 * The Python of a virtual environment with the packages of a requirements file. It is made once per
 * machine and file, and starts the tools with `-m`.
 * @throws NoPythonError without Python 3.10 or its module venv, or where the packages cannot be had.
 */
export async function pythonWith(requirements: string): Promise<string> {
  const python = await findPython();
  const hash = createHash("sha256")
    .update(`${python.version}\n`)
    .update(readFileSync(requirements));
  const directory = path.join(cache, hash.digest("hex").slice(0, 16));
  if (!existsSync(directory)) await create(python.command, requirements, directory);
  return path.join(directory, "bin/python");
}

async function findPython(): Promise<{ command: string; version: string }> {
  for (const command of names) {
    const found = await run(command, [
      "-c",
      "import sys, venv; print(*sys.version_info[:3])",
    ]).catch(() => undefined);
    const [major, minor] = (found?.stdout ?? "").trim().split(" ").map(Number);
    if (major === 3 && minor !== undefined && minor >= MINOR_MIN) {
      return { command, version: found!.stdout };
    }
  }
  throw new NoPythonError(`needs Python 3.${MINOR_MIN} or later with its module venv; install it`);
}

/** Makes it under another name, so that nobody finds half of it. */
async function create(python: string, requirements: string, directory: string): Promise<void> {
  const part = `${directory}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  try {
    await run(python, ["-m", "venv", part]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    await run(path.join(part, "bin/python"), [...pip, "-r", requirements]);
    renameSync(part, directory);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    // Another process may have been faster.
    if (existsSync(directory)) return;
    const { stderr, message } = error as Error & { stderr?: string };
    throw new NoPythonError(`cannot install ${requirements}: ${(stderr || message).trim()}`);
  }
}
