import { cli, runAsScript, say, writeOutput, type Cli } from "./cli";
import { errorsOf, readPreview, type Preview } from "./guard/preview";
import { risksOf, type Risk } from "./guard/risks";
import { oneStack } from "./stacks";

/** What a comment on a pull request tells of a preview: small enough to hand over between jobs. */
export interface Summary {
  readonly stack: string;
  /** Number of resources by what happens to them. */
  readonly changes: Readonly<Record<string, number>>;
  readonly risks: readonly Risk[];
}

/**
 * What `pulumi up` would do to a stack.
 * @throws Error with the engine's errors where the preview fails.
 */
export function previewOf(cli: Cli, stack: string): Preview {
  const command = ["preview", "--json", "--non-interactive", "--stack", stack];
  const { code, stdout } = cli.attempt("pulumi", ...command);
  const preview = readPreview(stdout);
  if (code === 0) return preview;
  throw new Error(
    ["`pulumi preview` failed; nothing was changed", ...errorsOf(preview)].join("\n"),
  );
}

export function summaryOf(stack: string, preview: Preview): Summary {
  const changes: Record<string, number> = {};
  for (const { op } of preview.steps) {
    if (op !== "same") changes[op] = (changes[op] ?? 0) + 1;
  }
  return { stack, changes, risks: risksOf(preview) };
}

runAsScript(module, (args) => {
  const stack = oneStack(args, "preview");
  const summary = summaryOf(stack, previewOf(cli, stack));
  for (const { urn, what } of summary.risks) say(`risk: ${urn} would ${what}`);
  writeOutput("preview", summary);
});
