import { cli, runAsScript, say, setting, type Cli } from "./cli";
import { pullRequestOf } from "./stacks";

/** How a job of the workflow ended. */
export type JobResult = "success" | "failure" | "cancelled" | "skipped";

export interface Environment {
  stack: string;
  up: JobResult;
  destroy: JobResult;
  /** Of the stack, where `up` succeeded. */
  outputs: Record<string, unknown>;
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
  const { stack, commit, runUrl } = environment;
  return [marker(stack), ...text, "", `Commit ${commit.slice(0, 10)}, [run](${runUrl})`].join("\n");
}

function body({ stack, up, destroy, outputs }: Environment): string[] | null {
  if (destroy === "success") return [`Environment \`${stack}\` is destroyed.`];
  if (destroy === "failure") {
    return [
      `Environment \`${stack}\` could **not** be destroyed and still costs money; the nightly ` +
        "sweep tries again.",
    ];
  }
  if (up === "failure") {
    return [`Environment \`${stack}\` could **not** be brought up; what it has is left as it is.`];
  }
  if (up !== "success") return null;
  const rows = Object.entries(outputs).map(([name, value]) => `| ${name} | ${code(value)} |`);
  return [`Environment \`${stack}\` is up.`, "", "| output | value |", "| --- | --- |", ...rows];
}

/** A value that cannot break out of its cell. */
function code(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = text.replace(/[&<>|`\r\n\\[\]*_]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<code>${safe}</code>`;
}

/** Writes our one comment on a pull request, or changes the one that is there. */
export function publish(cli: Cli, repository: string, stack: string, text: string): void {
  const comments = `repos/${repository}/issues/${pullRequestOf(stack)}/comments`;
  const ours = `.user.login == "github-actions[bot]" and (.body | startswith("${marker(stack)}"))`;
  const found = cli.read(
    "gh",
    "api",
    "--paginate",
    comments,
    "--jq",
    `.[] | select(${ours}) | .id`,
  );
  const [id] = found.split("\n");
  const [method, path] = id
    ? ["PATCH", `repos/${repository}/issues/comments/${id}`]
    : ["POST", comments];
  cli.read("gh", "api", "--method", method, path, "--raw-field", `body=${text}`);
}

runAsScript(module, () => {
  const repository = setting("GITHUB_REPOSITORY");
  const stack = setting("STACK");
  const text = render({
    stack,
    up: setting("UP") as JobResult,
    destroy: setting("DESTROY") as JobResult,
    outputs: JSON.parse(process.env["OUTPUTS"] || "{}") as Record<string, unknown>,
    commit: setting("COMMIT"),
    runUrl: `${setting("GITHUB_SERVER_URL")}/${repository}/actions/runs/${setting("GITHUB_RUN_ID")}`,
  });
  if (text === null) say("nothing to tell");
  else publish(cli, repository, stack, text);
});
