import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";

/** Other programs: `pulumi` and `gh`. What they say on standard error is always shown. */
export interface Cli {
  /**
   * Runs a program and gives back its standard output.
   * @throws Error naming the command when it ends with anything but 0.
   */
  read(command: string, ...args: string[]): string;
  /** The same, with standard output shown instead: for what takes long. */
  show(command: string, ...args: string[]): void;
}

/** Larger than the state of a stack. */
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024;

/** The programs found on PATH. */
export const cli: Cli = {
  read: (command, ...args) =>
    execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: OUTPUT_MAX_BYTES,
    }),
  show: (command, ...args) => void execFileSync(command, args, { stdio: "inherit" }),
};

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Hands a value to later jobs of the workflow; without one, prints it. */
export function writeOutput(name: string, value: unknown): void {
  const line = `${name}=${JSON.stringify(value)}`;
  const file = process.env["GITHUB_OUTPUT"];
  if (file === undefined || file === "") say(line);
  else appendFileSync(file, `${line}\n`);
}

/** The value of an environment variable that a workflow sets. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set; set it and retry`);
  return value;
}

/** Runs `main` where the file is what was started, and nothing where a test imports it. */
export function runAsScript(module: NodeJS.Module, main: (args: string[]) => unknown): void {
  if (require.main !== module) return;
  Promise.resolve()
    .then(() => main(process.argv.slice(2)))
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
}
