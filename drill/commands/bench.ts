/**
 * `npm run bench:drill`: measures outages per second and memory for 100, 1,000 and 10,000 outages;
 * `--short` omits the last. It prints wall-clock and CPU seconds, because a busy machine distorts
 * only the first.
 */
import { runCommand } from "../../support/cli/command";
import { type Given, parseOptions } from "../../support/cli/options";
import { availableParallelism, cpus } from "node:os";
import { captureInChild } from "../captured";
import { table } from "../../support/cli/table";
import { type DrillOptions, OURS, drillCommand, drillOptionsOf } from "../runner/options";
import { type Players, withPlayers } from "../runner/players";
import { type RunOutcome, run } from "../runner/run";

const JOBS = 2;
const WARM_UP = 20;
const benchCommand = {
  line: "npm run bench:drill",
  about: "Measures how many outages the drill simulates a second, and in how much memory.",
  options: { short: { about: "Leave out the 10,000 outages" } },
} as const;

function optionsFor(outages: number): DrillOptions {
  const anyKind = { kinds: [], designs: [OURS] };
  const given = parseOptions(drillCommand, ["--outages", String(outages)]);
  return drillOptionsOf(given, anyKind, JOBS);
}

/** Shrinking is off, because it would play more outages than are counted. */
function play(players: Players, outages: number): Promise<RunOutcome> {
  const play = (task: Parameters<Parameters<typeof run>[1]>[0]) =>
    players.run("playOutage", { design: OURS, task });
  return run(optionsFor(outages), play, undefined, 0);
}

/** CPU seconds of this process with all its threads. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function measure(players: Players, outages: number): Promise<string[]> {
  const cpuBefore = cpuSeconds();
  const startedMs = performance.now();
  const { results } = await play(players, outages);
  const seconds = (performance.now() - startedMs) / 1000;
  return [
    String(outages),
    (outages / seconds).toFixed(1),
    (((cpuSeconds() - cpuBefore) / outages) * 1000).toFixed(1),
    (results.virtualSeconds / seconds).toFixed(0),
    (results.virtualSeconds / outages).toFixed(0),
    (results.eventsPlayed / seconds).toFixed(0),
    (process.resourceUsage().maxRSS / 1000).toFixed(0),
    String(results.failed),
  ];
}

async function bench({ short }: Given<typeof benchCommand.options>): Promise<number> {
  const rows = await withPlayers(await captureInChild(), [OURS], JOBS, async (players) => {
    await play(players, WARM_UP);
    const measured = [];
    for (const outages of short ? [100, 1_000] : [100, 1_000, 10_000]) {
      measured.push(await measure(players, outages));
    }
    return measured;
  });
  process.stdout.write(
    `node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model}), ` +
      `${JOBS} threads\n\n${table([header, ...rows])}\n`,
  );
  return 0;
}

const header = [
  "outages",
  "outages/s",
  "CPU ms each",
  "virtual s/s",
  "virtual s each",
  "events/s",
  "peak MB",
  "failed",
];

void runCommand(benchCommand, bench);
