import { explain, isSilence } from "./aws";
import { DrError, type Exit } from "./exit";
import type { Report } from "./command";
import { textTable } from "../../support/cli/table";

/** UNKNOWN: it could not be found out, which is not the same as FAIL. SKIPPED: it need not be so here. */
export type Result = "PASS" | "FAIL" | "UNKNOWN" | "SKIPPED";

export interface Finding {
  result: Result;
  /** What was found. */
  found: string;
  /** What the operator does about it. */
  todo?: string;
}

export interface Found {
  isFine: boolean;
  found: string;
  /** This stack, or this invocation, does not ask for it: then it is no failure. */
  isOptional?: boolean;
}

/** One thing that must be true. */
export interface Check {
  name: string;
  /** What the operator does if it fails. */
  todo: string;
  /** @throws an error of AWS or DrError: then the result is UNKNOWN. */
  find: () => Promise<Found>;
}

export type NamedFinding = Finding & { name: string };

/** Runs all checks side by side. None stops another. */
export function runChecks(checks: readonly Check[]): Promise<NamedFinding[]> {
  return Promise.all(
    checks.map(async ({ name, todo, find }): Promise<NamedFinding> => {
      try {
        const { isFine, found, isOptional = false } = await find();
        if (isFine) return { name, result: "PASS", found };
        return { name, result: isOptional ? "SKIPPED" : "FAIL", found, todo };
      } catch (error) {
        const found = error instanceof DrError ? error.message : explain(error);
        const repeat = isSilence(error) ? "repeat when it answers" : todo;
        return { name, result: "UNKNOWN", found, todo: repeat };
      }
    }),
  );
}

/** Fine only if every check passed or was skipped. */
export function reportOf(findings: readonly NamedFinding[]): Report {
  const count = (wanted: Result) => findings.filter(({ result }) => result === wanted).length;
  const rows = findings.map(({ name, result, found, todo }) => [
    result,
    name,
    todo === undefined ? found : `${found}; ${todo}`,
  ]);
  const counts = `${count("PASS")} passed, ${count("FAIL")} failed, ${count("UNKNOWN")} unknown`;
  const skipped = count("SKIPPED") === 0 ? "" : `, ${count("SKIPPED")} skipped`;
  return { exit: exitOf(count), text: `${textTable(rows)}\n\n${counts}${skipped}`, data: findings };
}

function exitOf(count: (result: Result) => number): Exit {
  if (count("FAIL") > 0) return "refused";
  return count("UNKNOWN") > 0 ? "unknown" : "done";
}
