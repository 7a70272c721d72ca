import { OptionError } from "./options";

/** Runs a command; it answers with its exit code. A wrong option is said in one line, code 2. */
export async function runCommand(
  command: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await command(process.argv.slice(2));
  } catch (error) {
    const isWrongOption = error instanceof OptionError;
    const text = error instanceof Error ? (isWrongOption ? error.message : error.stack) : error;
    process.stderr.write(`${String(text)}\n`);
    process.exitCode = isWrongOption ? 2 : 1;
  }
}

/** One line that is written over, on a terminal only. */
export function progressLine(what: string): (done: number, all: number) => void {
  if (!process.stderr.isTTY || process.env["CI"] !== undefined) return () => {};
  const startedMs = performance.now();
  return (done, all) => {
    const perSecond = done / ((performance.now() - startedMs) / 1000);
    const text = `${done} of ${all} ${what}, ${perSecond.toFixed(1)} per second`;
    process.stderr.write(done === all ? "\r\x1b[K" : `\r${text}\x1b[K`);
  };
}
