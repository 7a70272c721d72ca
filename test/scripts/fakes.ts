import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Cli } from "../../scripts/cli";

type Answer = string | Error;

/** Programs as scripts see them: answers by the beginning of the command, and what was run. */
export class FakeCli implements Cli {
  readonly ran: string[] = [];

  /** An answer that is a list is used up one by one; its last stays. */
  constructor(private readonly answers: Record<string, Answer | Answer[]> = {}) {}

  read(command: string, ...args: string[]): string {
    const line = [command, ...args].join(" ");
    this.ran.push(line);
    const found = Object.entries(this.answers).find(([beginning]) => line.startsWith(beginning));
    const kept = found?.[1];
    const answer = Array.isArray(kept) ? (kept.length > 1 ? kept.shift() : kept[0]) : kept;
    if (answer instanceof Error) throw answer;
    return answer ?? "";
  }

  attempt(command: string, ...args: string[]): { code: number; stdout: string } {
    try {
      return { code: 0, stdout: this.read(command, ...args) };
    } catch {
      return { code: 1, stdout: "{}" };
    }
  }

  show(command: string, ...args: string[]): void {
    this.read(command, ...args);
  }
}

export interface ScriptResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** What the fake programs were called with. */
  ran: string[];
  /** What was handed to later jobs. */
  output: string;
}

/**
 * Runs a script of the repository as a workflow does, with programs on PATH that write down their
 * arguments and answer from `answers`: beginnings of command lines, and what is printed.
 */
export function runScript(
  script: string,
  args: readonly string[],
  answers: Record<string, string>,
  env: Record<string, string> = {},
): ScriptResult {
  const dir = mkdtempSync(path.join(tmpdir(), "scripts-"));
  const log = path.join(dir, "log");
  const output = path.join(dir, "output");
  writeFileSync(log, "");
  writeFileSync(output, "");
  for (const program of ["pulumi", "gh", "aws"]) writeFake(dir, program, answers, log);
  const root = path.join(__dirname, "..", "..");
  try {
    const done = spawnSync(
      process.execPath,
      ["--import", "tsx", path.join("scripts", script), ...args],
      {
        cwd: root,
        encoding: "utf8",
        env: {
          ...process.env,
          ...env,
          PATH: `${dir}${path.delimiter}${process.env["PATH"]}`,
          GITHUB_OUTPUT: output,
        },
      },
    );
    return {
      code: done.status,
      stdout: done.stdout,
      stderr: done.stderr,
      ran: readFileSync(log, "utf8").split("\n").slice(0, -1),
      output: readFileSync(output, "utf8"),
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function writeFake(dir: string, program: string, answers: Record<string, string>, log: string) {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const cases = Object.entries(answers)
    .filter(([beginning]) => beginning.startsWith(`${program} `))
    .map(([beginning, answer]) =>
      answer === "FAILS"
        ? `${quoted(beginning)}*) exit 1;;`
        : `${quoted(beginning)}*) printf %s ${quoted(answer)};;`,
    );
  const lines = [
    "#!/bin/sh",
    `line="${program} $*"`,
    `printf '%s\\n' "$line" >> ${quoted(log)}`,
    'case "$line" in',
    ...cases,
    "*) ;;",
    "esac",
  ];
  const file = path.join(dir, program);
  writeFileSync(file, `${lines.join("\n")}\n`);
  chmodSync(file, 0o755);
}
