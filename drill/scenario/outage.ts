import type { Control } from "../../lambda/shared/control";
import { ARMED_AFTER_SECONDS } from "../../lambda/shared/tunables";
import type { Progress } from "../../lambda/shared/signs";
import type { ProgramDescription } from "../description/program";
import { START_MS } from "../engine/simulation";
import type { Handlers } from "../handlers";
import type { Weaving } from "../mutation";
import { World } from "../world/world";
import { Clients } from "./clients";
import type { Fault } from "./faults";
import { Journal } from "./journal";
import { OrderBook, type Verdict } from "./orderBook";
import { PROMPT_MS, type Recovery, recovery } from "./measures";

/** What every outage of one program shares. */
export interface Platform {
  program: ProgramDescription;
  handlers: Handlers;
  weave?: Weaving | undefined;
}

export interface OutageOptions {
  seed: string;
  fault: Fault;
  /** Replication lag from a minute before the fault on, instead of the drawn one. */
  lagMs?: number | undefined;
  isTraceKept?: boolean | undefined;
}

/** All that is measured of one outage; promises are held against it. */
export interface Outage {
  seed: string;
  faultName: string;
  homeRegion: string;
  standbyRegion: string;
  ledgerTable: string;
  startMs: number;
  faultMs: number;
  returnMs: number;
  endMs: number;
  accepted: Recovery;
  settled: Recovery;
  verdict: Verdict;
  acknowledgedIds: readonly string[];
  control: Control | undefined;
  journal: Journal;
  world: World;
}

/** Outage, then this long for everything to heal after the return. */
export const HEAL_MS = 600_000;
/** Clients stop this long before the end, so that the last orders can settle. */
const QUIET_END_MS = 45_000;
const ARMED_AT_LATEST_MS = 900_000;

/** Plays one outage: deploy, arm, fault, return, heal. */
export async function playOutage(platform: Platform, options: OutageOptions): Promise<Outage> {
  const { stackTraceLimit } = Error;
  // Errors are ordinary answers here, thousands of them; nobody reads where they were made.
  Error.stackTraceLimit = 0;
  try {
    return await play(platform, options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function play(platform: Platform, options: OutageOptions): Promise<Outage> {
  const world = new World({ ...platform, ...options, isTraceKept: options.isTraceKept ?? false });
  const { base } = world;
  const { simulation } = base;
  const journal = new Journal(world);
  const book = new OrderBook(world);
  const clients = new Clients(world, book);
  const ledgerTable = ledgerOf(platform.program);
  world.deploy();
  simulation.after(20_000, () => clients.start());
  await runUntilArmed(world, ledgerTable);

  const stream = base.random.stream("scenario");
  const faultMs = base.nowMs + stream.between(60_000, 120_000);
  const returnMs = faultMs + stream.between(400_000, 560_000);
  const endMs = returnMs + HEAL_MS;
  const { lagMs } = options;
  if (lagMs !== undefined) simulation.at(faultMs - 60_000, () => world.aurora.setLag(lagMs));
  simulation.at(faultMs, () => options.fault.begin(world));
  simulation.at(returnMs, () => options.fault.end(world));
  simulation.at(endMs - QUIET_END_MS, () => clients.stop());
  await simulation.run(endMs);

  const { rows } = world.aurora.writer.volume.state;
  return {
    seed: options.seed,
    faultName: options.fault.name,
    homeRegion: platform.program.homeRegion,
    standbyRegion: platform.program.standbyRegion,
    ledgerTable,
    startMs: START_MS,
    faultMs,
    returnMs,
    endMs,
    accepted: recovery(book.orders, faultMs, (order) =>
      order.firstStatus === 202 ? order.acceptedAtMs : null,
    ),
    settled: recovery(book.orders, faultMs, (order) => {
      const atMs = rows.get(order.orderId)?.committedAtMs;
      return atMs !== undefined && atMs - order.placedAtMs <= PROMPT_MS ? atMs : null;
    }),
    verdict: book.judge(ledgerTable),
    acknowledgedIds: [...book.acknowledgedIds],
    control: world.dynamodb.peek(ledgerTable, "control") as Control | undefined,
    journal,
    world,
  };
}

/** The ledger is the table every order goes to. */
function ledgerOf(program: ProgramDescription): string {
  for (const { environment } of program.functions.values()) {
    if (environment["LEDGER_TABLE"] !== undefined) return environment["LEDGER_TABLE"];
  }
  throw new Error("no function of the program knows LEDGER_TABLE");
}

async function runUntilArmed(world: World, ledgerTable: string): Promise<void> {
  const { base } = world;
  const home = base.program.homeRegion;
  for (;;) {
    await base.simulation.run(base.nowMs + 5_000);
    const control = world.dynamodb.peek(ledgerTable, "control") as Control | undefined;
    const progress = world.dynamodb.peek(ledgerTable, `progress#${home}`) as Progress | undefined;
    const settledMs = progress === undefined ? 0 : progress.lastAtMs - progress.firstAtMs;
    if (control?.active === home && settledMs >= ARMED_AFTER_SECONDS * 1000) return;
    if (base.nowMs - START_MS > ARMED_AT_LATEST_MS) return;
  }
}
