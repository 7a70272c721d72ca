/** `npm run drill:sabotage`: takes guards out, one at a time, and tells after how many outages that shows. */
import { captureInChild } from "./captured";
import { progressLine, runCommand } from "./commandLine";
import { sabotages } from "./mutations/sabotages";
import { huntAll } from "./runner/sabotage";
import {
  type SabotageOptions,
  parseSabotageOptions,
  sabotageUsage,
} from "./runner/sabotageOptions";
import { withPlayers } from "./runner/sabotagePlayers";
import { sabotageText } from "./runner/sabotageText";

async function sabotage(options: SabotageOptions): Promise<number> {
  const asked = sabotages.filter(
    ({ mutation }) => options.only === undefined || mutation.name === options.only,
  );
  const progress = progressLine();
  const jobs = Math.min(options.jobs, asked.length);
  const hunted = await withPlayers(await captureInChild(), jobs, (players) =>
    huntAll(asked, options, players, ({ hunted, played }) =>
      progress.say(`${hunted} of ${asked.length} mutations, ${played} outages played`),
    ),
  );
  progress.clear();
  const text = options.isJson ? JSON.stringify(hunted, null, 2) : sabotageText(hunted, options);
  process.stdout.write(`${text}\n`);
  return hunted.every(({ caught }) => caught !== null) ? 0 : 1;
}

const names = sabotages.map(({ mutation }) => mutation.name);
void runCommand(sabotageUsage, (args) => sabotage(parseSabotageOptions(args, names)));
