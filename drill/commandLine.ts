import { constants } from "node:os";
import { OptionError } from "./options";

/**
 * Runs a command; it answers with its exit code. A wrong option is said in one line, code 2.
 * An interrupted command and one that nobody reads any more end without a word; what they leave
 * behind goes with the process.
 */
export async function runCommand(
  usage: string,
  command: (args: readonly string[]) => Promise<number>,
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
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    process.exitCode = await command(args);
  } catch (error) {
    const isWrongOption = error instanceof OptionError;
    const text = error instanceof Error ? (isWrongOption ? error.message : error.stack) : error;
    process.stderr.write(`${String(text)}\n`);
    process.exitCode = isWrongOption ? 2 : 1;
  }
}

/** One line that is written over, on a terminal only. */
export function progressLine(): { say(text: string): void; clear(): void } {
  const isSeen = process.stderr.isTTY && process.env["CI"] === undefined;
  const write = (text: string): void => void (isSeen && process.stderr.write(text));
  return { say: (text) => write(`\r${text}\x1b[K`), clear: () => write("\r\x1b[K") };
}

/** Progress of so many things, with their number a second. */
export function countedProgress(what: string): (done: number, all: number) => void {
  const line = progressLine();
  const startedMs = performance.now();
  return (done, all) => {
    const perSecond = done / ((performance.now() - startedMs) / 1000);
    if (done === all) line.clear();
    else line.say(`${done} of ${all} ${what}, ${perSecond.toFixed(1)} per second`);
  };
}
