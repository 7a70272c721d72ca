/** `npm run drill:compare`: the same outages against our own design, and against two plainer ones. */
import { captureInChild } from "./captured";
import { countedProgress, runCommand } from "./commandLine";
import { compare, compareText } from "./runner/compare";
import { type CompareOptions, compareUsage, parseCompareOptions } from "./runner/sabotageOptions";
import { withPlayers } from "./runner/sabotagePlayers";

/** Whatever the plain designs lose is no failure of this program: what ours breaks is. */
async function tell(options: CompareOptions): Promise<number> {
  const comparison = await withPlayers(await captureInChild(), options.jobs, (players) =>
    compare(options, players, countedProgress("outages")),
  );
  const text = options.isJson ? JSON.stringify(comparison, null, 2) : compareText(comparison);
  process.stdout.write(`${text}\n`);
  return comparison.rows[0]!.broken.length === 0 ? 0 : 1;
}

void runCommand(compareUsage, (args) => tell(parseCompareOptions(args)));
