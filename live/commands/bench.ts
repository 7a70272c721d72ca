import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import * as path from "node:path";
import { runCommand } from "../../support/cli/command";
import { type Given, count } from "../../support/cli/options";
import { endToEnd } from "../bench/endToEnd";
import { type Figure, type Machine, document, failures, figuresText } from "../bench/figures";
import { promotion, requests, sweep } from "../bench/sandboxes";
import { growth } from "../bench/growth";
import { settling } from "../bench/settling";
import { Live } from "../harness/live";
import { Books } from "../harness/orders";

/**
 * `npm run bench`: what the functions and their statements take on this machine. It prints one table
 * and writes docs/performance.md. The exit code is 1 if a limit is missed, and 2 for a wrong option.
 */
const benchCommand = {
  line: "npm run bench",
  about: "Measures rates, CPU times and a promotion, and writes docs/performance.md.",
  options: {
    smoke: { about: "Play small sizes once and write no file" },
    orders: {
      value: "N",
      about: "The large table has N orders (default: 1000000); writes no file",
    },
  },
} as const;

interface Sizes {
  settledOrders: number;
  growth: readonly [number, number];
  requests: number;
  openOrders: number;
  promotions: number;
  endToEndSeconds: number;
}

const WHOLE: Sizes = {
  settledOrders: 10_000,
  growth: [10_000, 1_000_000],
  requests: 500,
  openOrders: 100_000,
  promotions: 5,
  endToEndSeconds: 30,
};
const SMOKE: Sizes = {
  settledOrders: 2_000,
  growth: [1_000, 10_000],
  requests: 30,
  openOrders: 2_000,
  promotions: 1,
  endToEndSeconds: 5,
};
const ORDERS_MAX = 100_000_000;
/** What other benchmarks measure: bundles, cold imports and the drill's speed. */
const OTHERS = ["npm run bench:bundles", "npm run bench:drill -- --short"];

const root = path.join(__dirname, "../..");
const file = path.join(root, "docs/performance.md");

async function bench({ smoke, orders }: Given<typeof benchCommand.options>): Promise<number> {
  const sizes = smoke ? SMOKE : WHOLE;
  const large = orders === undefined ? sizes.growth[1] : count("--orders", orders, ORDERS_MAX);
  const { figures, postgres } = await measure({ ...sizes, growth: [sizes.growth[0], large] });
  say(figuresText(figures));
  const missed = failures(figures);
  if (smoke || orders !== undefined) return missed.length === 0 ? 0 : 1;
  const outputs = Object.fromEntries(OTHERS.map((command) => [command, outputOf(command)]));
  Object.values(outputs).forEach(say);
  writeFileSync(file, document(machineOf(postgres), figures, outputs));
  run("npx", ["prettier", "--log-level", "warn", "--write", file]);
  return missed.length === 0 ? 0 : 1;
}

async function measure(sizes: Sizes): Promise<{ figures: Figure[]; postgres: string }> {
  const live = await Live.start();
  const figures: Figure[] = [];
  let postgres: string;
  try {
    const books = new Books(live);
    await live.activateDatabase(1);
    postgres = await versionOf(live);
    figures.push(...(await settling(live, sizes.settledOrders)));
    figures.push(...(await growth(live, sizes.growth)));
    figures.push(...(await requests(live, books, sizes.requests)));
    figures.push(...(await sweep(live, books, sizes.openOrders)));
  } finally {
    await live.stop();
  }
  figures.push(await promotion(sizes.promotions));
  figures.push(...(await endToEnd(sizes.endToEndSeconds)));
  return { figures, postgres };
}

async function versionOf(live: Live): Promise<string> {
  const client = await live.postgres.connect();
  const { rows } = await client.query<{ server_version: string }>("show server_version");
  await client.end();
  return rows[0]!.server_version;
}

function machineOf(postgres: string): Machine {
  const all = cpus();
  return {
    cpus: `${all.length} x ${all[0]?.model.trim() ?? "unknown"}`,
    memory: `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`,
    node: `${process.version} on ${process.platform} ${process.arch}`,
    postgres,
    load: `${loadavg()[0]!.toFixed(1)} at the end`,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Output of another benchmark. @throws Error if it fails. */
function outputOf(command: string): string {
  const [program = "", ...args] = command.split(" ");
  return run(program, [args[0]!, "--silent", ...args.slice(1)]);
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: ${program} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

void runCommand(benchCommand, bench);
