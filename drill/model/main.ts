import { availableParallelism } from "node:os";
import { join } from "node:path";
import { explore } from "./explore";
import { Pool } from "../runner/pool";
import type * as worker from "./worker";
import { explorationLine, traceText } from "./report";
import { scenes, weakened, weakenings } from "./scenes";

/**
 * `npm run model`: explores the shipped protocol, then each weakened one.
 * Exit 0 when the first has no violation and every weakened one has; 1 otherwise; 2 for a wrong
 * option.
 */
const USAGE = `npm run model -- [--limit STATES] [--quick] [--trace]
  --limit STATES  explore at most so many states of each scene
  --quick         the same as --limit 10000
  --trace         print the state after each step of a trace`;
const QUICK_LIMIT = 10_000;

interface Options {
  limit: number;
  isLong: boolean;
}

/** @throws Error naming the option that is not understood. */
function parseOptions(words: readonly string[]): Options {
  const options: Options = { limit: Infinity, isLong: false };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--quick") options.limit = QUICK_LIMIT;
    else if (word === "--trace") options.isLong = true;
    else if (word === "--limit") {
      const value = words[++i] ?? "";
      options.limit = Number(value);
      if (!/^[1-9]\d*$/.test(value)) {
        throw new Error(`--limit "${value}": give a number of states above 0, such as 100000`);
      }
    } else throw new Error(`unknown option "${word}"`);
  }
  return options;
}

/** A worker keeps all states of its scene in memory: more of them at once would need too much. */
const WORKERS_MAX = 2;
const SCENE_HEAP_MAX_MB = 4_096;

/** Weakened protocols fail within a third of this. */
const WEAKENED_LIMIT = 50_000;

async function exploreShipped({ limit, isLong }: Options): Promise<boolean> {
  console.log("The protocol as it ships");
  let states = 0;
  let isSound = true;
  const jobs = Math.min(WORKERS_MAX, availableParallelism());
  const pool = await Pool.start<typeof worker>(join(__dirname, "worker.ts"), jobs, {
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

/** A weakened protocol must fail where the shipped one does not: else the model sees nothing. */
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

async function main(): Promise<number> {
  const startedMs = Date.now();
  let options: Options;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const isSound = await exploreShipped(options);
  const areCaught = exploreWeakened(options);
  console.log(
    isSound && areCaught
      ? `\nNo violation in the shipped protocol; all ${weakenings.length} weakened ones were caught.`
      : `\n${isSound ? "A weakened protocol was not caught." : "THE SHIPPED PROTOCOL HAS A VIOLATION."}`,
  );
  console.error(`${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  return isSound && areCaught ? 0 : 1;
}

void main().then((code) => (process.exitCode = code));
