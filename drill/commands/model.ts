import { runCommand } from "../../support/cli/command";
import { type Given, count } from "../../support/cli/options";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { explore } from "../model/explore";
import { Pool } from "../runner/pool";
import type * as worker from "../model/worker";
import { explorationLine, traceText } from "../model/report";
import { scenes, weakened, weakenings } from "../model/scenes";

/**
 * `npm run model`: explores the shipped protocol, then each weakened one. The exit code is 0 if the
 * shipped protocol has no violation and every weakened one has, 1 otherwise, and 2 for a wrong
 * option.
 */
const modelCommand = {
  line: "npm run model",
  about: "Explores every state of the failover protocol, as it ships and with one rule removed.",
  options: {
    limit: { value: "STATES", about: "Explore at most this many states of each scene" },
    quick: { about: "The same as --limit 10000" },
    trace: { about: "Print the state after each step of a trace" },
  },
} as const;
const QUICK_LIMIT = 10_000;

interface Options {
  limit: number;
  isLong: boolean;
}

/** @throws OptionError that says what was given and what is allowed. */
function optionsOf({ limit, quick, trace }: Given<typeof modelCommand.options>): Options {
  const given = limit === undefined ? Infinity : count("--limit", limit, Number.MAX_SAFE_INTEGER);
  return { limit: quick ? Math.min(QUICK_LIMIT, given) : given, isLong: trace };
}

/** A worker keeps all states of its scene in memory, so few may run at once. */
const WORKERS_MAX = 2;
const SCENE_HEAP_MAX_MB = 4_096;

/** Weakened protocols fail within a third of this limit. */
const WEAKENED_LIMIT = 50_000;

async function exploreShipped({ limit, isLong }: Options): Promise<boolean> {
  console.log("The protocol as it ships");
  let states = 0;
  let isSound = true;
  const jobs = Math.min(WORKERS_MAX, availableParallelism());
  const pool = await Pool.start<typeof worker>(join(__dirname, "../model/worker.ts"), jobs, {
    resourceLimits: { maxOldGenerationSizeMb: SCENE_HEAP_MAX_MB },
  });
  const explorations = scenes.map((scene) => pool.run("exploreScene", { scene, limit }));
  for (const [i, scene] of scenes.entries()) {
    const exploration = await explorations[i]!;
    console.log(explorationLine(scene.name, exploration));
    states += exploration.states;
    if (exploration.violation === null) continue;
    isSound = false;
    console.log(traceText(exploration.violation, isLong));
  }
  console.log(`  together ${states.toLocaleString("en-US")} states\n`);
  await pool.close();
  return isSound;
}

/** Every weakened protocol must fail: otherwise the model would not detect a missing rule. */
function exploreWeakened({ isLong }: Options): boolean {
  console.log("One rule taken out: the shortest way to a violation");
  let areCaught = true;
  for (const weakening of weakenings) {
    const exploration = explore(weakened(weakening), WEAKENED_LIMIT);
    console.log(explorationLine(weakening.name, exploration));
    if (exploration.violation === null) {
      areCaught = false;
      console.log("    NOT CAUGHT");
    } else console.log(traceText(exploration.violation, isLong));
  }
  return areCaught;
}

async function main(options: Options): Promise<number> {
  const startedMs = performance.now();
  const isSound = await exploreShipped(options);
  const areCaught = exploreWeakened(options);
  console.log(
    isSound && areCaught
      ? `\nNo violation in the shipped protocol; all ${weakenings.length} weakened ones were caught.`
      : `\n${isSound ? "A weakened protocol was not caught." : "THE SHIPPED PROTOCOL HAS A VIOLATION."}`,
  );
  console.error(`${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return isSound && areCaught ? 0 : 1;
}

void runCommand(modelCommand, (given) => main(optionsOf(given)));
