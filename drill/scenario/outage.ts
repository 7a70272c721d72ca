import type { Control } from "../shipped";
import { type Beginning, World } from "../world/world";
import { armFromDeployment, ledgerOf } from "./arming";
import { Clients } from "./clients";
import { Coverage, type Counters } from "./coverage";
import type { Fault } from "./faults";
import { SETTLED_AFTER_MS, isHealed, undone } from "./healing";
import { Journal } from "./journal";
import { OrderBook, type PlacedOrder, type Verdict } from "./orderBook";
import { PROMPT_MS, RESTORED_WINDOW_MS, type Recovery, recovery } from "./measures";
import { Play } from "./play";
import type { Platform } from "./platform";
import { Watch } from "./promises/watch";
import type { Broken } from "./promises/watcher";
import { allWatchers } from "./promises/watchers";
import { Recorder, type Recording } from "./recording";
import { type Schedule, scheduleOf } from "./schedule";
import { controlIn } from "./ledgerItems";

export interface OutageOptions {
  seed: string;
  /** The faults and their times; takes precedence over `fault`. */
  schedule?: Schedule | undefined;
  /** One fault, at a time drawn from the seed. */
  fault?: Fault | undefined;
  /** Replication lag from a minute before the fault on; overrides the drawn lag. */
  lagMs?: number | undefined;
  isTraceKept?: boolean | undefined;
  /** Records the outage for a picture. */
  isRecorded?: boolean | undefined;
  /** Limit on the healing time; overrides HEAL_MS. */
  healMs?: number | undefined;
  /** Also runs the Synthetics canaries. */
  playsCanaries?: boolean | undefined;
  /** The stored state to start from. Without it the outage starts with the deployment. */
  beginning?: Beginning | undefined;
}

/** All measurements of one outage. The promises are checked against them. */
export interface Outage {
  seed: string;
  schedule: Schedule;
  faultName: string;
  homeRegion: string;
  standbyRegion: string;
  ledgerTable: string;
  startMs: number;
  /** The start of the outage: times in the schedule are relative to it. */
  armedMs: number;
  /** Recovery time is measured from here. */
  faultMs: number;
  returnMs: number;
  endMs: number;
  accepted: Recovery;
  settled: Recovery;
  verdict: Verdict;
  /** Orders that were still unfinished after healing. */
  undone: readonly string[];
  control: Control | undefined;
  /** Promises that were broken during the outage. */
  watched: readonly Broken[];
  coverage: Counters;
  recording: Recording | undefined;
  journal: Journal;
  world: World;
}

/** Everything must heal within this time after the faults end, Aurora's rebuild included. */
export const HEAL_MS = 600_000;
/** An outage is played for at least this long. */
const PLAYED_MS = 720_000;
/**
 * The outage continues this long after the last fault if a recovery has to be measured: twice the
 * measured window.
 */
const RECOVERY_SEEN_MS = 2 * RESTORED_WINDOW_MS;
/** By the time the fault begins, functions that loop have been running for longer than one loop. */
const RUN_IN_SECONDS = [150, 210] as const;
const OUTAGE_SECONDS = [360, 480] as const;
const CHECK_HEALED_MS = 20_000;

/** Plays one outage: deploy, arm, faults, return, heal. */
export async function playOutage(platform: Platform, options: OutageOptions): Promise<Outage> {
  const { stackTraceLimit } = Error;
  // Errors are ordinary answers here, by the thousands, and nobody reads their stack traces.
  Error.stackTraceLimit = 0;
  try {
    return await play(platform, options);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function play(platform: Platform, options: OutageOptions): Promise<Outage> {
  const { lagMs, beginning } = options;
  const world = new World({ ...platform, ...options, isTraceKept: options.isTraceKept ?? false });
  const { simulation } = world.base;
  const ledgerTable = ledgerOf(platform.program);
  const journal = new Journal(world);
  const book = new OrderBook(world);
  const clients = new Clients(world, book);
  const schedule = options.schedule ?? oneFault(world, options);
  const watch = new Watch(world, ledgerTable, schedule, allWatchers);
  const coverage = new Coverage(world, ledgerTable);
  const recorder = options.isRecorded === true ? new Recorder(world, book, ledgerTable) : undefined;
  clients.start();
  if (beginning === undefined) await armFromDeployment(world);

  const armedMs = simulation.nowMs;
  const playing = new Play(world, clients, ledgerTable, schedule);
  if (lagMs !== undefined) {
    simulation.at(playing.faultMs - 60_000, () => world.aurora.setLag(lagMs));
  }
  const { returnMs } = playing;
  const healsFromMs = healing(world, ledgerTable, returnMs);
  await simulation.run(returnMs);
  if (!schedule.isLast) {
    const healMs = options.healMs ?? HEAL_MS;
    // Until then, something that has healed may break again.
    const seenMs = (): number =>
      schedule.bound === undefined ? 0 : Math.max(playing.faultMs, returnMs) + RECOVERY_SEEN_MS;
    const leastMs = Math.max(returnMs, seenMs(), armedMs + PLAYED_MS);
    await simulation.run(Math.min(leastMs, returnMs + healMs));
    const isOver = (): boolean =>
      (simulation.nowMs >= seenMs() && isHealed(world, book, journal, ledgerTable)) ||
      simulation.nowMs >= healsFromMs() + healMs;
    while (!isOver()) await simulation.run(simulation.nowMs + CHECK_HEALED_MS);
  }
  const at = { armedMs, faultMs: playing.faultMs, returnMs };
  const watched = {
    watched: watch.broken,
    coverage: coverage.counters,
    recording: recorder?.finish(playing.faultMs),
  };
  return {
    ...measure({ platform, schedule, world, journal, book, ledgerTable, ...at }),
    ...watched,
  };
}

/**
 * Healing starts when the last fault ends. If an operator asks for a region that must first be
 * rebuilt, it starts with that request, because rebuild and move take longer than HEAL_MS.
 */
function healing(world: World, ledgerTable: string, returnMs: number): () => number {
  let fromMs = returnMs;
  world.base.watch(
    (happening) => {
      if (happening.kind !== "volume rebuilt") return;
      const control = controlIn(world, ledgerTable);
      const isAsked = control?.target === happening.region && control.reason.startsWith("operator");
      if (isAsked) fromMs = Math.max(fromMs, world.base.nowMs);
    },
    ["volume rebuilt"],
  );
  return () => fromMs;
}

function oneFault(world: World, { seed, fault }: OutageOptions): Schedule {
  if (fault === undefined) throw new Error("an outage needs a schedule or a fault");
  const stream = world.base.random.stream("scenario");
  const atSeconds = stream.between(...RUN_IN_SECONDS);
  return scheduleOf(seed, [{ atSeconds, forSeconds: stream.between(...OUTAGE_SECONDS), fault }]);
}

/** When an order was accepted at its first attempt; null if it was not. */
const acceptedMs = ({ firstStatus, acceptedAtMs }: PlacedOrder): number | null =>
  firstStatus === 202 ? acceptedAtMs : null;

interface Played extends Pick<
  Outage,
  "schedule" | "world" | "journal" | "ledgerTable" | "armedMs" | "faultMs" | "returnMs"
> {
  platform: Platform;
  book: OrderBook;
}

function measure({
  platform,
  book,
  ...rest
}: Played): Omit<Outage, "watched" | "coverage" | "recording"> {
  const { ledgerTable, faultMs, world, schedule } = rest;
  const { rows } = world.aurora.writer.volume.state;
  const endMs = world.base.nowMs;
  return {
    ...rest,
    seed: schedule.seed,
    faultName: schedule.kind,
    homeRegion: platform.program.homeRegion,
    standbyRegion: platform.program.standbyRegion,
    startMs: world.base.simulation.startMs,
    endMs,
    accepted: recovery(book.orders, faultMs, acceptedMs),
    settled: recovery(book.orders, faultMs, (order) => {
      const atMs = rows.get(order.orderId)?.committedAtMs;
      return atMs !== undefined && atMs - order.placedAtMs <= PROMPT_MS ? atMs : null;
    }),
    // Orders placed during the destruction of a stack are not counted: they are deleted with it.
    verdict: book.judge(ledgerTable, (schedule.isLast ? faultMs : endMs) - SETTLED_AFTER_MS),
    undone: undone(world, book, ledgerTable),
    control: controlIn(world, ledgerTable),
  };
}
