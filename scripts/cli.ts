import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";

/** Other programs: `pulumi` and `gh`. What they say on standard error is always shown. */
export interface Cli {
  /**
   * Runs a program and gives back its standard output.
   * @throws Error naming the command when it ends with anything but 0.
   */
  read(command: string, ...args: string[]): string;
  /** The same without an error: exit code and standard output, which may say what is wrong. */
  attempt(command: string, ...args: string[]): { code: number; stdout: string };
  /** The same as `read`, with its output shown on standard error instead: for what takes long. */
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
  attempt: (command, ...args) => {
    const { status, stdout, error } = spawnSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: OUTPUT_MAX_BYTES,
    });
    if (error) throw error;
    return { code: status ?? 1, stdout };
  },
  // Standard output is kept for the result, which `dr` may print as JSON.
  show: (command, ...args) =>
    void execFileSync(command, args, { stdio: ["inherit", process.stderr, "inherit"] }),
};

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/**
 * Asks on the terminal, on standard error: standard output is kept for the result.
 * @throws Error where nobody can answer.
 */
export async function askOnTerminal(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new Error("there is no terminal to ask on; repeat with --yes");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/**
 * Lets a person type a name before something is changed.
 * @throws Error where the answer is another one, or where nobody can answer.
 */
export async function confirm(
  ask: (question: string) => Promise<string>,
  question: string,
  answer: string,
): Promise<void> {
  const typed = await ask(`${question} Type ${answer} to go on: `);
  if (typed.trim() === answer) return;
  throw new Error(`got "${typed}", not "${answer}"; nothing was changed`);
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
