import type { NamedFinding } from "./check";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
const escaped = (text: string): string => text.replace(/[&<>"]/g, (found) => escapes[found]!);

const elements = { FAIL: "failure", UNKNOWN: "error", SKIPPED: "skipped" } as const;

/** Findings as a JUnit report, which CI systems show: FAIL is a failure, UNKNOWN an error. */
export function junit(suite: string, findings: readonly NamedFinding[]): string {
  const count = (wanted: string) => findings.filter(({ result }) => result === wanted).length;
  const cases = findings.map(({ name, result, found, todo }) => {
    const start = `  <testcase classname="${escaped(suite)}" name="${escaped(name)}"`;
    if (result === "PASS") return `${start}/>`;
    const element = elements[result];
    const message = escaped(todo === undefined ? found : `${found}; ${todo}`);
    return `${start}><${element} message="${message}"/></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escaped(suite)}" tests="${findings.length}" ` +
      `failures="${count("FAIL")}" errors="${count("UNKNOWN")}" skipped="${count("SKIPPED")}">`,
    ...cases,
    "</testsuite>",
  ].join("\n");
}
