/** `npm run drill:compare`: the same outages against our own design, and against two plainer ones. */
import { captureInChild } from "./captured";
import { countedProgress, runCommand } from "./commandLine";
import { compare, comparedDesigns, compareText } from "./runner/compare";
import { withPlayers } from "./runner/players";
import { type CompareOptions, compareUsage, parseCompareOptions } from "./runner/sabotageOptions";

/** Whatever the plain designs lose is no failure of this program: what ours breaks is. */
async function tell(options: CompareOptions): Promise<number> {
  const resources = await captureInChild();
  const comparison = await withPlayers(resources, comparedDesigns, options.jobs, (players) =>
    compare(
      options,
      (design, seed, kind) => players.run("glanceAt", { design, seed, kind }),
      countedProgress("outages"),
    ),
  );
  const text = options.isJson ? JSON.stringify(comparison, null, 2) : compareText(comparison);
  process.stdout.write(`${text}\n`);
  return comparison.rows[0]!.broken.length === 0 ? 0 : 1;
}

void runCommand(compareUsage, (args) => tell(parseCompareOptions(args)));
