import { spawnSync } from "node:child_process";
import { runCommand } from "../../support/cli/command";
import { type Given, count } from "../../support/cli/options";
import { choicesOf } from "../kill/choices";
import { type RoundResult, isKept, playRound, roundText } from "../kill/round";
import { World } from "../kill/world";

/**
 * `npm run live:kill`: kills what serves orders, again and again. The exit code is 1 if an acknowledged
 * order is missing, altered or doubled, 2 for a wrong option, and 77 where this cannot run.
 */
const killCommand = {
  line: "npm run live:kill",
  about: "Kills databases and functions under load, promotes, and compares acknowledged orders.",
  options: {
    rounds: { value: "N", default: "8", about: "Rounds" },
    seed: { value: "TEXT", default: "1", about: "Seed of what is killed, and when" },
  },
} as const;

const ROUNDS_MAX = 10_000;
const SKIPPED = 77;

async function kill({ rounds, seed }: Given<typeof killCommand.options>): Promise<number> {
  const number = count("--rounds", rounds, ROUNDS_MAX);
  const missing = whatIsMissing();
  if (missing !== undefined) {
    say(`live:kill needs ${missing}`);
    return SKIPPED;
  }
  const world = await World.start();
  const results: RoundResult[] = [];
  try {
    for (let round = 0; round < number; round++) {
      const result = await playRound(world, round, choicesOf(seed, round));
      results.push(result);
      say(roundText(round, result));
    }
  } finally {
    await world.stop();
  }
  say(summary(seed, results));
  return results.every(isKept) ? 0 : 1;
}

function whatIsMissing(): string | undefined {
  if (process.platform !== "linux") return "Linux";
  return spawnSync("openssl", ["version"]).status === 0 ? undefined : "OpenSSL";
}

function summary(seed: string, results: readonly RoundResult[]): string {
  const sum = (of: (result: RoundResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const failed = results.flatMap((result, round) => (isKept(result) ? [] : [round + 1]));
  return [
    `seed ${seed}, ${results.length} rounds: ${sum((each) => each.acknowledged)} acknowledged, ` +
      `${sum((each) => each.missing.length)} missing, ${sum((each) => each.wrong.length)} wrong or doubled, ` +
      `${sum((each) => each.inFlight)} in flight, ${sum((each) => each.lostRows)} rows settled again`,
    ...(failed.length === 0 ? [] : [`failed: rounds ${failed.join(", ")}`]),
  ].join("\n");
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

void runCommand(killCommand, kill);
