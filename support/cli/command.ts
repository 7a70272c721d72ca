import { constants } from "node:os";
import {
  type CommandText,
  type Given,
  OptionError,
  type OptionText,
  helpText,
  parseOptions,
} from "./options";

/**
 * Runs a command with its options; it answers with its exit code. A wrong option gives exit code 2.
 * An interrupted command, and one whose output is no longer read, end without a message.
 */
export async function runCommand<const Options extends Readonly<Record<string, OptionText>>>(
  text: CommandText<Options>,
  command: (given: Given<Options>) => Promise<number>,
): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(128 + constants.signals.SIGPIPE);
  });
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    process.stdout.write(`${helpText(text)}\n`);
    return;
  }
  try {
    process.exitCode = await command(parseOptions(text, args, process.env));
  } catch (error) {
    const isWrongOption = error instanceof OptionError;
    const message = error instanceof Error ? (isWrongOption ? error.message : error.stack) : error;
    process.stderr.write(`${String(message)}\n`);
    process.exitCode = isWrongOption ? 2 : 1;
  }
}
