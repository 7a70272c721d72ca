import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import * as path from "node:path";
import { pythonWith } from "../../support/cli/python";

const scripts = path.join(__dirname, "python");

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

/** A virtual environment with the Python validators. */
export class PythonEnvironment {
  private constructor(private readonly python: string) {}

  /**
   * @param requirements name of the file with the pinned packages
   * @throws NoPython where Python or the packages are missing.
   */
  static async open(requirements: string): Promise<PythonEnvironment> {
    return new PythonEnvironment(await pythonWith(path.join(scripts, requirements)));
  }

  /** Runs one of our scripts, which reads JSON and writes a list of findings. */
  async findings(script: string, input: unknown): Promise<PythonFinding[]> {
    const child = spawn(this.python, [path.join(scripts, script)], {
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
    const libraries = path.join(this.python, "..", "..", "lib");
    const [version = ""] = readdirSync(libraries).filter((each) => each.startsWith("python"));
    return path.join(libraries, version, "site-packages", name);
  }
}
