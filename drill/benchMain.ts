/**
 * `npm run bench:drill`: how many outages a second, in how much memory, for 100 and 1,000 outages,
 * and for 10,000 with `--long`. CPU seconds stand beside the clock's: a busy machine spoils only
 * one of them. Last, what the CPU is busy with.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import * as path from "node:path";
import { captureInChild } from "./captured";
import { runCommand } from "./commandLine";
import { bundleHandlers } from "./handlers";
import { OptionError } from "./options";
import type { Opening } from "./runner/design";
import { type DrillOptions, OURS, parseDrillOptions } from "./runner/options";
import { Pool } from "./runner/pool";
import { type CpuProfile, type Part, sharesOf } from "./runner/profile";
import { run } from "./runner/run";
import { table } from "./report/table";

const JOBS = 2;
const WARM_UP = 20;
const PROFILED = 200;
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

/** Plays in one process under V8's profiler, whose samples cost a little themselves. */
async function profile(opening: Opening): Promise<Record<Part, number>> {
  const directory = mkdtempSync(path.join(tmpdir(), "drill-"));
  try {
    const pool = await Pool.start(opening, 1, ["--cpu-prof", `--cpu-prof-dir=${directory}`]);
    await run(optionsFor(PROFILED), (task) => pool.play(task), undefined, 0);
    await pool.close();
    const [file] = readdirSync(directory);
    return sharesOf(JSON.parse(readFileSync(path.join(directory, file!), "utf8")) as CpuProfile);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function bench(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--long");
  if (unknown !== undefined) {
    throw new OptionError(`unknown option ${unknown}; options: --long, for 10,000 outages as well`);
  }
  const [resources, bundle] = await Promise.all([captureInChild(), bundleHandlers()]);
  const opening = { resources, bundle, design: OURS };
  const pool = await Pool.start(opening, JOBS);
  const rows = [];
  try {
    await run(optionsFor(WARM_UP), (task) => pool.play(task), undefined, 0);
    for (const outages of args.includes("--long") ? [100, 1_000, 10_000] : [100, 1_000]) {
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

void runCommand(bench);
