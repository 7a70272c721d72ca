/**
 * `npm run bench:drill`: how many outages a second, in how much memory, for 100 and 1,000 outages,
 * and for 10,000 with `--long`. CPU seconds stand beside the clock's: a busy machine spoils only
 * one of them.
 */
import { availableParallelism, cpus } from "node:os";
import { captureInChild } from "./captured";
import { runCommand } from "./commandLine";
import { bundleHandlers } from "./handlers";
import { OptionError } from "./options";
import { type DrillOptions, OURS, parseDrillOptions } from "./runner/options";
import { Pool } from "./runner/pool";
import { run } from "./runner/run";
import { table } from "./report/table";

const JOBS = 2;
const WARM_UP = 20;
/** Neither a kind nor a design is asked for. */
const anyKind = { kinds: [], designs: [] };

function optionsFor(outages: number): DrillOptions {
  return parseDrillOptions(["--outages", String(outages), "--jobs", String(JOBS)], anyKind);
}

async function measure(pool: Pool, outages: number): Promise<string[]> {
  const cpuBefore = pool.cpuSeconds;
  const startedMs = performance.now();
  // Shrinking a failure would play more outages than are counted.
  const { results } = await run(optionsFor(outages), (task) => pool.play(task), undefined, 0);
  const seconds = (performance.now() - startedMs) / 1000;
  const cpuSeconds = pool.cpuSeconds - cpuBefore;
  return [
    String(outages),
    (outages / seconds).toFixed(1),
    ((cpuSeconds / outages) * 1000).toFixed(1),
    (results.virtualSeconds / seconds).toFixed(0),
    (results.virtualSeconds / outages).toFixed(0),
    (results.eventsPlayed / seconds).toFixed(0),
    (pool.peakBytes / 1e6).toFixed(0),
    String(results.failed),
  ];
}

async function bench(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--long");
  if (unknown !== undefined) {
    throw new OptionError(`unknown option ${unknown}; options: --long, for 10,000 outages as well`);
  }
  const [resources, bundle] = await Promise.all([captureInChild(), bundleHandlers()]);
  const pool = await Pool.start({ resources, bundle, design: OURS }, JOBS);
  try {
    await run(optionsFor(WARM_UP), (task) => pool.play(task), undefined, 0);
    const rows = [];
    for (const outages of args.includes("--long") ? [100, 1_000, 10_000] : [100, 1_000]) {
      rows.push(await measure(pool, outages));
    }
    process.stdout.write(
      `node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model}), ` +
        `${JOBS} processes\n\n${table([header, ...rows])}\n`,
    );
    return 0;
  } finally {
    pool.close();
  }
}

const header = [
  "outages",
  "outages/s",
  "CPU ms each",
  "virtual s/s",
  "virtual s each",
  "events/s",
  "peak MB, all processes",
  "failed",
];

void runCommand(bench);
