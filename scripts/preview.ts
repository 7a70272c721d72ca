import type { Cli } from "./cli";
import { errorsOf, readPreview, type Preview } from "./guard/preview";

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
