/** `npm run drill:compare`: the same outages against our own design, and against two plainer ones. */
import { captureInChild } from "./captured";
import { OptionError } from "./options";
import { compare, compareText } from "./runner/compare";
import { type CompareOptions, parseCompareOptions } from "./runner/sabotageOptions";
import { withPlayers } from "./runner/sabotagePlayers";

async function main(): Promise<void> {
  try {
    await tell(parseCompareOptions(process.argv.slice(2)));
  } catch (error) {
    const isWrongOption = error instanceof OptionError;
    const text = error instanceof Error ? (isWrongOption ? error.message : error.stack) : error;
    process.stderr.write(`${String(text)}\n`);
    process.exitCode = isWrongOption ? 2 : 1;
  }
}

/** Whatever the plain designs lose is no failure of this program: what ours breaks is. */
async function tell(options: CompareOptions): Promise<void> {
  const comparison = await withPlayers(await captureInChild(), options.jobs, (players) =>
    compare(options, players, showProgress),
  );
  const text = options.isJson ? JSON.stringify(comparison, null, 2) : compareText(comparison);
  process.stdout.write(`${text}\n`);
  if (comparison.rows[0]!.broken.length > 0) process.exitCode = 1;
}

/** One line that is written over, on a terminal only. */
function showProgress(done: number, all: number): void {
  if (!process.stderr.isTTY || process.env["CI"] !== undefined) return;
  process.stderr.write(done === all ? "\r\x1b[K" : `\r${done} of ${all} outages`);
}

void main();
