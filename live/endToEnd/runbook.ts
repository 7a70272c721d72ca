import { readFileSync } from "node:fs";
import * as path from "node:path";

const runbook = () => readFileSync(path.join(__dirname, "../../docs/runbook.md"), "utf8");

/** The code blocks of a language below a heading of docs/runbook.md, in their order. */
export function blocksOf(heading: string, language: "sh" | "sql"): string[] {
  const [, below = ""] = runbook().split(`\n## ${heading}\n`);
  const [section = ""] = below.split("\n## ");
  const blocks = new RegExp(`^( *)\`\`\`${language}\\n([^]*?)^\\1\`\`\`$`, "gm");
  return [...section.matchAll(blocks)].map(([, indent = "", text = ""]) =>
    text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

/**
 * Command lines of `dr` in the runbook that the given ones do not cover: none of these has the same
 * command with the same options. Left out are commands of which the runbook says that other tests run them.
 */
export function notCovered(lines: readonly string[]): string[] {
  const text = runbook();
  const [, others = ""] =
    /Other tests run (.+?) with stand-ins for AWS/.exec(text.replaceAll(/\s+/g, " ")) ?? [];
  const named = [...text.matchAll(/(?:npm run dr --|`dr) ([^`\n#]+)/g)]
    .map(([, line = ""]) => line.replace(/--(stack|outputs) \S+/, "").trim())
    .filter((line) => !others.includes(`\`dr ${nameOf(line)}\``));
  return [...new Set(named)].filter((line) => !lines.some((each) => covers(each, line)));
}

const nameOf = (line: string): string => line.split(" ")[0]!;

function covers(run: string, line: string): boolean {
  const options = new Set(run.split(" "));
  return nameOf(run) === nameOf(line) && line.split(/\s+/).every((word) => options.has(word));
}
