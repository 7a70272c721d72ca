/**
 * `npm run drill:sabotage`: removes one safeguard at a time and counts the outages until a promise
 * breaks.
 */
import { availableParallelism } from "node:os";
import { runCommand } from "../../support/cli/command";
import { countedProgress } from "../../support/cli/progress";
import { captureInChild } from "../captured";
import { type Sabotage, sabotages } from "../mutations/sabotages";
import { OURS } from "../runner/options";
import { type Players, bundledDesign, withPlayers } from "../runner/players";
import type { Hunted } from "../runner/sabotage";
import {
  type SabotageOptions,
  sabotageCommand,
  sabotageOptionsOf,
} from "../runner/sabotageOptions";
import { sabotageText } from "../runner/sabotageText";

async function sabotage(options: SabotageOptions): Promise<number> {
  const asked = sabotages.filter(
    ({ mutation }) => options.only === undefined || mutation.name === options.only,
  );
  const jobs = Math.min(options.jobs, asked.length);
  const hunted = await withPlayers(await captureInChild(), [OURS], jobs, (players) =>
    huntAll(asked, options, players),
  );
  const text = options.isJson ? JSON.stringify(hunted, null, 2) : sabotageText(hunted, options);
  process.stdout.write(`${text}\n`);
  return hunted.every(({ caught }) => caught !== null) ? 0 : 1;
}

/** Each thread plays one mutation at a time. Further mutations are bundled meanwhile. */
async function huntAll(
  asked: readonly Sabotage[],
  options: SabotageOptions,
  players: Players,
): Promise<Hunted[]> {
  const progress = countedProgress("mutations");
  let done = 0;
  return Promise.all(
    asked.map(async ({ mutation, halves }) => {
      const designs = await Promise.all(
        [mutation, ...halves].map(({ name }) => bundledDesign(name)),
      );
      const { seed, within } = options;
      const hunted = await players.run("huntFor", {
        name: mutation.name,
        options: { seed, within },
        designs,
      });
      progress(++done, asked.length);
      return hunted;
    }),
  );
}

const names = sabotages.map(({ mutation }) => mutation.name);
void runCommand(sabotageCommand, (given) =>
  sabotage(sabotageOptionsOf(given, names, availableParallelism())),
);
