import { cli, runAsScript, say, setting, type Cli } from "./cli";
import type { Summary } from "./preview";
import { pullRequestOf } from "./stacks";

/** How a job of the workflow ended. */
export type JobResult = "success" | "failure" | "cancelled" | "skipped";

export interface Environment {
  stack: string;
  up: JobResult;
  destroy: JobResult;
  /** How `dr verify` ended in the job `up`; empty if it was not reached. */
  verify?: string;
  /** Of the stack, where `up` succeeded. */
  outputs: Record<string, unknown>;
  /** What changed, or would have. */
  preview?: Summary | null;
  commit: string;
  runUrl: string;
}

/** The first line of our comment: by it the comment is found again. */
export function marker(stack: string): string {
  return `<!-- environment ${stack} -->`;
}

/** Text of a comment; null where there is nothing to tell. */
export function render(environment: Environment): string | null {
  const text = body(environment);
  if (text === null) return null;
  const { stack, commit, runUrl, preview } = environment;
  const changes = preview ? ["", ...renderPreview(preview)] : [];
  return [
    marker(stack),
    ...text,
    ...changes,
    "",
    `Commit ${commit.slice(0, 10)}, [run](${runUrl})`,
  ].join("\n");
}

/** A preview in a few lines, with its risks marked. */
export function renderPreview({ stack, changes, risks }: Summary): string[] {
  const counts = Object.entries(changes).map(([op, count]) => `${count} ${op}`);
  const first = `Preview of \`${stack}\`: ${counts.length > 0 ? counts.join(", ") : "no change"}.`;
  if (risks.length === 0) return [first];
  return [
    first,
    "",
    `> [!CAUTION]`,
    `> ${risks.length} risky changes: \`scripts/deploy.ts\` refuses each that \`--allow\` does not name.`,
    "",
    "| resource | what would happen |",
    "| --- | --- |",
    ...risks.map(({ name, what }) => `| ${code(name)} | ${code(what)} |`),
  ];
}

function body({ stack, up, destroy, verify, outputs }: Environment): string[] | null {
  if (destroy === "success") return [`Environment \`${stack}\` is destroyed.`];
  if (destroy === "failure") {
    return [
      `Environment \`${stack}\` could **not** be destroyed and still costs money; the nightly ` +
        "sweep tries again.",
    ];
  }
  const isFailed = verify === "failure";
  if (up === "failure" && !isFailed) {
    return [`Environment \`${stack}\` could **not** be brought up; what it has is left as it is.`];
  }
  if (up !== "success" && !isFailed) return null;
  const rows = Object.entries(outputs).map(([name, value]) => `| ${name} | ${code(value)} |`);
  const first = isFailed
    ? `Environment \`${stack}\` is up, but \`dr verify\` did **not** pass: see the run.`
    : `Environment \`${stack}\` is up.`;
  return [first, "", "| output | value |", "| --- | --- |", ...rows];
}

/** A value that cannot break out of its cell. */
function code(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = text.replace(/[&<>|`\r\n\\[\]*_]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<code>${safe}</code>`;
}

/** Writes our one comment about an environment, or changes the one that is there. */
export function publish(cli: Cli, repository: string, stack: string, text: string): void {
  publishTo(cli, repository, pullRequestOf(stack), marker(stack), text);
}

function publishTo(
  cli: Cli,
  repository: string,
  pullRequest: number | null,
  firstLine: string,
  text: string,
): void {
  const comments = `repos/${repository}/issues/${pullRequest}/comments`;
  const ours = `.user.login == "github-actions[bot]" and (.body | startswith("${firstLine}"))`;
  const select = `.[] | select(${ours}) | .id`;
  const [id] = cli.read("gh", "api", "--paginate", comments, "--jq", select).split("\n");
  const [method, path] = id
    ? ["PATCH", `repos/${repository}/issues/comments/${id}`]
    : ["POST", comments];
  cli.read("gh", "api", "--method", method, path, "--raw-field", `body=${text}`);
}

/** A preview of the long-lived stack is a comment of its own on the pull request. */
function previewComment(repository: string, summary: Summary): void {
  const pullRequest = setting("PULL_REQUEST");
  const own = marker(`preview ${summary.stack}`);
  const text = [own, ...renderPreview(summary), "", `Commit ${setting("COMMIT").slice(0, 10)}`];
  publishTo(cli, repository, Number(pullRequest), own, text.join("\n"));
}

runAsScript(module, ([what]) => {
  const repository = setting("GITHUB_REPOSITORY");
  const preview = JSON.parse(process.env["PREVIEW"] || "null") as Summary | null;
  if (what === "preview") {
    if (preview === null) return say("nothing to tell");
    return previewComment(repository, preview);
  }
  const stack = setting("STACK");
  const text = render({
    stack,
    up: setting("UP") as JobResult,
    destroy: setting("DESTROY") as JobResult,
    outputs: JSON.parse(process.env["OUTPUTS"] || "{}") as Record<string, unknown>,
    preview,
    verify: process.env["VERIFY"] ?? "",
    commit: setting("COMMIT"),
    runUrl: `${setting("GITHUB_SERVER_URL")}/${repository}/actions/runs/${setting("GITHUB_RUN_ID")}`,
  });
  if (text === null) say("nothing to tell");
  else publish(cli, repository, stack, text);
});
