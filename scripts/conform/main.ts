/** `npm run conform`: holds the captured program against validators that others maintain. */
import { runCommand } from "../../support/cli/command";
import type { CommandText } from "../../support/cli/options";
import { NoPython } from "../../support/cli/python";
import { say } from "../cli";
import { capturePrograms } from "./captures";
import type { Finding } from "./findings";
import { PythonEnvironment } from "./python";
import { compare, readReasons } from "./reasons";
import { type Environments, validate } from "./validate";

const SKIPPED = 77;

const command = {
  line: "npm run conform",
  about:
    "Holds the program's resources against AWS's schemas and service models, linters and documented\n" +
    "limits. Exits with 1 if a finding has no reason in scripts/conform/reasons.yaml, if a reason has no\n" +
    "finding, or if a planted fault is not found; with 77 if Python is missing and nothing else is wrong.",
  options: {},
} as const satisfies CommandText;

/** The virtual environments, or why there are none. */
async function openPython(): Promise<Environments | string> {
  try {
    const [linters, checkov] = await Promise.all([
      PythonEnvironment.open("requirements.txt"),
      PythonEnvironment.open("requirements-checkov.txt"),
    ]);
    return { linters, checkov };
  } catch (error) {
    if (error instanceof NoPython) return error.message;
    throw error;
  }
}

/** Findings that differ in their messages alone are one line with a count. */
function lines(findings: readonly Finding[]): string[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { validator, rule, resource } = finding;
    const key = `${validator}, ${rule}, ${resource}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups].map(([key, [first, ...others]]) => {
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
    return `${key}, ${first!.capture}: ${first!.message.slice(0, 300)}${more}`;
  });
}

function sayAll(title: string, entries: readonly string[]): void {
  if (entries.length > 0) say([`\n${title}`, ...entries.map((each) => `  ${each}`)].join("\n"));
}

void runCommand(command, async () => {
  const [captures, environments] = await Promise.all([capturePrograms(), openPython()]);
  const python = typeof environments === "string" ? undefined : environments;
  const { reports, missed, caught } = await validate(captures, python);
  const validators = new Set(reports.map(({ validator }) => validator));
  const findings = reports.flatMap((report) => report.findings);
  const { unexplained, outdated, explained } = compare(findings, readReasons(), validators);
  for (const { validator, checks, findings: found } of reports) {
    say(`${validator.padEnd(23)} ${String(checks).padStart(7)} checked, ${found.length} findings`);
  }
  sayAll("Findings without a reason:", lines(unexplained));
  sayAll("Reasons without a finding; remove them:", outdated);
  sayAll(
    "Planted faults that were not found:",
    missed.map(({ validator, rule, type }) => `${validator}, ${rule}, in a ${type}`),
  );
  say(
    `\nconform: ${explained} findings have a reason, ${unexplained.length} have none; ` +
      `${outdated.length} reasons have no finding; ${caught} planted faults found, ${missed.length} missed`,
  );
  if (unexplained.length + outdated.length + missed.length > 0) return 1;
  if (python) return 0;
  say(
    "conform: skipped cfn-lint, checkov, parliament, openapi-spec-validator and the service models, " +
      `because ${environments as string}`,
  );
  return SKIPPED;
});
