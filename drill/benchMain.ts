/**
 * `npm run bench:drill`: how many outages a second, in how much memory, for 100, 1,000 and 10,000
 * outages; `--short` leaves the last out. CPU seconds stand beside the clock's: a busy machine
 * spoils only one of them. Last, what the CPU is busy with.
 */
import { readFileSync, readdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import * as path from "node:path";
import { captureInChild } from "./captured";
import { runCommand } from "./commandLine";
import { bundleHandlers } from "./handlers";
import { parsed } from "./options";
import type { Opening } from "./runner/design";
import { type DrillOptions, OURS, parseDrillOptions } from "./runner/options";
import { Pool } from "./runner/pool";
import { type CpuProfile, type Part, sharesOf } from "./runner/profile";
import { run } from "./runner/run";
import { table } from "./report/table";
import { TemporaryDirectory } from "./temporary";

const JOBS = 2;
const WARM_UP = 20;
const PROFILED = 200;
const usage = "options: --short, without the 10,000 outages";
/** No kind is asked for. */
const anyKind = { kinds: [], designs: [OURS] };

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

/** Plays in one process under V8's profiler, whose samples cost a little themselves. */
async function profile(opening: Opening): Promise<Record<Part, number>> {
  const directory = new TemporaryDirectory();
  try {
    const pool = await Pool.start(opening, 1, ["--cpu-prof", `--cpu-prof-dir=${directory.path}`]);
    await run(optionsFor(PROFILED), (task) => pool.play(task), undefined, 0);
    await pool.close();
    const [file] = readdirSync(directory.path);
    const profiled = readFileSync(path.join(directory.path, file!), "utf8");
    return sharesOf(JSON.parse(profiled) as CpuProfile);
  } finally {
    directory.remove();
  }
}

async function bench(args: readonly string[]): Promise<number> {
  const { short } = parsed(args, usage, { short: { type: "boolean", default: false } });
  const [resources, bundle] = await Promise.all([captureInChild(), bundleHandlers()]);
  const opening = { resources, bundle, design: OURS };
  const pool = await Pool.start(opening, JOBS);
  const rows = [];
  try {
    await run(optionsFor(WARM_UP), (task) => pool.play(task), undefined, 0);
    for (const outages of short ? [100, 1_000] : [100, 1_000, 10_000]) {
      rows.push(await measure(pool, outages));
    }
  } finally {
    await pool.close();
  }
  process.stdout.write(
    `node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model}), ` +
      `${JOBS} processes\n\n${table([header, ...rows])}\n\n${partsText(await profile(opening))}\n`,
  );
  return 0;
}

function partsText(shares: Record<Part, number>): string {
  const rows = Object.entries(parts).map(([part, text]) => [
    text,
    `${(shares[part as Part] * 100).toFixed(0)} %`,
  ]);
  return `CPU time, over ${PROFILED} outages\n\n${table(rows)}`;
}

const parts: Record<Part, string> = {
  handlers: "the handlers that ship",
  promises: "V8's queue of promises",
  garbage: "garbage collection",
  node: "Node itself",
  world: "the drill: world, clients, promises kept",
};

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

void runCommand(usage, bench);
