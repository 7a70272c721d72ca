/** `npm run drill:compare`: plays the same outages against our design and two plainer ones. */
import { availableParallelism } from "node:os";
import { runCommand } from "../../support/cli/command";
import { countedProgress } from "../../support/cli/progress";
import { captureInChild } from "../captured";
import { compare, comparedDesigns, compareText } from "../runner/compare";
import { withPlayers } from "../runner/players";
import { type CompareOptions, compareCommand, compareOptionsOf } from "../runner/sabotageOptions";

/** Only promises that our own design breaks count as failures. */
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

void runCommand(compareCommand, (given) => tell(compareOptionsOf(given, availableParallelism())));
