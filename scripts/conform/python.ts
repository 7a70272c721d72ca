import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const scripts = path.join(__dirname, "python");

/** Why the Python validators cannot run here. */
export class NoPython extends Error {
  override readonly name = "NoPython";
}

/** A complaint of a Python validator. */
export interface PythonFinding {
  readonly validator: string;
  /** Name of what was checked. */
  readonly subject: string;
  readonly rule: string;
  /** Where in the subject. */
  readonly at: readonly (string | number)[];
  readonly message: string;
}

/** A virtual environment with pinned packages, made once and kept outside the repository. */
export class PythonEnvironment {
  private constructor(private readonly directory: string) {}

  /**
   * @param requirements name of the file with the pinned packages
   * @throws NoPython where Python or the packages are missing.
   */
  static async open(requirements: string): Promise<PythonEnvironment> {
    const file = path.join(scripts, requirements);
    const cache = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
    const python = await findPython();
    const hash = createHash("sha256").update(python.version).update(readFileSync(file));
    const name = `${path.parse(requirements).name}-${hash.digest("hex").slice(0, 12)}`;
    const directory = path.join(cache, "trading-platform", "conform", name);
    if (!existsSync(directory)) await create(python.command, file, directory);
    return new PythonEnvironment(directory);
  }

  /** Runs one of our scripts, which reads JSON and writes a list of findings. */
  async findings(script: string, input: unknown): Promise<PythonFinding[]> {
    const command = path.join(this.directory, "bin", "python");
    const child = spawn(command, [path.join(scripts, script)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const output: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
    child.stdin.end(JSON.stringify(input));
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject).on("close", resolve);
    });
    if (code !== 0) throw new Error(`conform: ${script} exited with ${String(code)}`);
    return JSON.parse(output.join("")) as PythonFinding[];
  }

  /** The folder of an installed package. */
  packageFolder(name: string): string {
    const libraries = path.join(this.directory, "lib");
    const [version = ""] = readdirSync(libraries).filter((each) => each.startsWith("python"));
    return path.join(libraries, version, "site-packages", name);
  }
}

async function findPython(): Promise<{ command: string; version: string }> {
  const ask = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])";
  for (const command of ["python3", "python"]) {
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
  try {
    await run(python, ["-m", "venv", unfinished]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(path.join(unfinished, "bin", "python"), [...pip, "-r", requirements]);
    if (!existsSync(directory)) renameSync(unfinished, directory);
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split("\n");
    throw new NoPython(`pip cannot install ${path.basename(requirements)}: ${lines.at(-1)}`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
