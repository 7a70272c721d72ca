/** `npm run drill:sabotage`: takes guards out, one at a time, and tells after how many outages that shows. */
import { captureInChild } from "./captured";
import { sabotages } from "./mutations/sabotages";
import { OptionError } from "./options";
import { huntAll } from "./runner/sabotage";
import { type SabotageOptions, parseSabotageOptions } from "./runner/sabotageOptions";
import { withPlayers } from "./runner/sabotagePlayers";
import { sabotageText } from "./runner/sabotageText";

async function sabotage(options: SabotageOptions): Promise<number> {
  const asked = sabotages.filter(
    ({ mutation }) => options.only === undefined || mutation.name === options.only,
  );
  const jobs = Math.min(options.jobs, asked.length);
  const hunted = await withPlayers(await captureInChild(), jobs, (players) =>
    huntAll(asked, options, players, progressLine(asked.length)),
  );
  const text = options.isJson ? JSON.stringify(hunted, null, 2) : sabotageText(hunted, options);
  process.stdout.write(`${text}\n`);
  return hunted.every(({ caught }) => caught !== null) ? 0 : 1;
}

/** One line that is written over, on a terminal only. */
function progressLine(all: number): (done: number) => void {
  if (!process.stderr.isTTY || process.env["CI"] !== undefined) return () => {};
  return (done) =>
    process.stderr.write(done === all ? "\r\x1b[K" : `\r${done} of ${all} mutations`);
}

async function main(): Promise<void> {
  try {
    const names = sabotages.map(({ mutation }) => mutation.name);
    process.exitCode = await sabotage(parseSabotageOptions(process.argv.slice(2), names));
  } catch (error) {
    const isWrongOption = error instanceof OptionError;
    const text = error instanceof Error ? (isWrongOption ? error.message : error.stack) : error;
    process.stderr.write(`${String(text)}\n`);
    process.exitCode = isWrongOption ? 2 : 1;
  }
}

void main();
