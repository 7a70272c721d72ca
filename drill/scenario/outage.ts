import type { Control } from "../../lambda/shared/control";
import type { ProgramDescription } from "../description/program";
import type { Handlers } from "../handlers";
import type { Weaving } from "../mutation";
import { type Beginning, World } from "../world/world";
import { armFromDeployment, ledgerOf } from "./arming";
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
  /** An armed platform to begin with; unless given, the outage begins with the deployment. */
  beginning?: Beginning | undefined;
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
  /** Orders that healing did not bring to their end. */
  undone: readonly string[];
  control: Control | undefined;
  journal: Journal;
  world: World;
}

/** After the return everything heals within this time, Aurora's rebuild included. */
export const HEAL_MS = 600_000;
/** An order acknowledged this long before the end must be settled, seen and closed by then. */
export const DONE_AFTER_MS = 120_000;
/** Functions that loop have been doing so for longer than their loops when the fault begins. */
const RUN_IN_MS = [150_000, 210_000] as const;
const OUTAGE_MS = [360_000, 480_000] as const;
const CHECK_HEALED_MS = 20_000;

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
  const { fault, lagMs, beginning } = options;
  const world = new World({ ...platform, ...options, isTraceKept: options.isTraceKept ?? false });
  const { simulation, random } = world.base;
  const journal = new Journal(world);
  const book = new OrderBook(world);
  const clients = new Clients(world, book);
  const ledgerTable = ledgerOf(platform.program);
  clients.start();
  if (beginning === undefined) await armFromDeployment(world);

  const stream = random.stream("scenario");
  const faultMs = simulation.nowMs + stream.between(...RUN_IN_MS);
  const returnMs = faultMs + stream.between(...OUTAGE_MS);
  if (lagMs !== undefined) simulation.at(faultMs - 60_000, () => world.aurora.setLag(lagMs));
  simulation.at(faultMs, () => fault.begin(world));
  simulation.at(returnMs, () => fault.end(world));
  await simulation.run(returnMs);
  for (;;) {
    await simulation.run(simulation.nowMs + CHECK_HEALED_MS);
    const isLate = simulation.nowMs >= returnMs + HEAL_MS;
    if (isLate || isHealed(world, book, ledgerTable, fault.name)) break;
  }
  return measure({ platform, options, world, journal, book, ledgerTable, faultMs, returnMs });
}

interface Played {
  platform: Platform;
  options: OutageOptions;
  world: World;
  journal: Journal;
  book: OrderBook;
  ledgerTable: string;
  faultMs: number;
  returnMs: number;
}

function measure({ platform, options, world, journal, book, ...rest }: Played): Outage {
  const { ledgerTable, faultMs } = rest;
  const { rows } = world.aurora.writer.volume.state;
  const endMs = world.base.nowMs;
  return {
    ...rest,
    seed: options.seed,
    faultName: options.fault.name,
    homeRegion: platform.program.homeRegion,
    standbyRegion: platform.program.standbyRegion,
    startMs: world.base.simulation.startMs,
    endMs,
    accepted: recovery(book.orders, faultMs, (order) =>
      order.firstStatus === 202 ? order.acceptedAtMs : null,
    ),
    settled: recovery(book.orders, faultMs, (order) => {
      const atMs = rows.get(order.orderId)?.committedAtMs;
      return atMs !== undefined && atMs - order.placedAtMs <= PROMPT_MS ? atMs : null;
    }),
    verdict: book.judge(ledgerTable, endMs - DONE_AFTER_MS),
    undone: undone(world, book, ledgerTable),
    control: world.dynamodb.peek(ledgerTable, "control") as Control | undefined,
    journal,
    world,
  };
}

/** Orders that should be settled, seen and closed by now, or rejected, and are not. */
function undone(world: World, book: OrderBook, ledgerTable: string): string[] {
  return book.acknowledgedBefore(world.base.nowMs - DONE_AFTER_MS).filter((orderId) => {
    const item = world.dynamodb.peek(ledgerTable, `order#${orderId}`);
    const isRejected = item?.["rejectedReason"] !== undefined;
    return !isRejected && !String(item?.["shard"]).startsWith("closed#");
  });
}

/** Nothing is left to wait for: the end may be looked at. */
function isHealed(world: World, book: OrderBook, ledgerTable: string, faultName: string): boolean {
  const { homeRegion, standbyRegion, records } = world.base.program;
  const control = world.dynamodb.peek(ledgerTable, "control") as Control | undefined;
  const expected = faultName === "none" ? homeRegion : standbyRegion;
  const isActive = control?.active === expected && control.target === null;
  if (!isActive || !world.aurora.isWhole) return false;
  const { host } = world.route53.resolve(records[0]?.name ?? "");
  if (world.apis.find(host)?.region !== expected) return false;
  return undone(world, book, ledgerTable).length === 0;
}
