import { table } from "../../support/cli/table";

/** One row of the table. */
export interface Figure {
  what: string;
  /** With its unit. */
  measured: string;
  /** A limit, or a goal that may be missed. */
  limit?: string;
  /** Whether the limit is kept; absent where there is none. */
  isKept?: boolean;
  /** A missed goal is no failure. */
  isGoal?: boolean;
}

export interface Machine {
  cpus: string;
  memory: string;
  node: string;
  postgres: string;
  load: string;
  date: string;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @param part as 0.99 */
export function percentile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new Error("bench: nothing was measured");
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

export function failures(figures: readonly Figure[]): Figure[] {
  return figures.filter(({ isKept, isGoal }) => isKept === false && isGoal !== true);
}

function verdict({ isKept, isGoal }: Figure): string {
  if (isKept === undefined) return "";
  if (isKept) return "kept";
  return isGoal === true ? "goal missed" : "FAILED";
}

const cells = (figure: Figure): string[] => [
  figure.what,
  figure.measured,
  figure.limit ?? "",
  verdict(figure),
];

export function figuresText(figures: readonly Figure[]): string {
  return table([["what", "measured", "limit", ""], ...figures.map(cells)]);
}

/** The document with the figures, and the output of other benchmarks by their command. */
export function document(
  machine: Machine,
  figures: readonly Figure[],
  outputs: Readonly<Record<string, string>>,
): string {
  const row = (of: readonly string[]) => `| ${of.join(" | ")} |`;
  const lines = [
    "# Performance",
    "",
    "`npm run bench` writes this file. The figures are those of one machine, not of Lambda and Aurora:",
    "",
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    "",
    row(["what", "measured", "limit", "verdict"]),
    row(["---", "--:", "--:", "---"]),
    ...figures.map((figure) => row(cells(figure))),
    "",
    "By hand means the statement of order-processor on one `pg` connection in the same process and at the",
    "same time. Calls to AWS are answered in the process there, at once. CPU time per request is that of a",
    "sandbox whose AWS clients use HTTPS on the loopback.",
    "",
    ...Object.entries(outputs).flatMap(([command, output]) => [
      `## \`${command}\``,
      "",
      "```text",
      output.trim(),
      "```",
      "",
    ]),
  ];
  return lines.join("\n");
}
