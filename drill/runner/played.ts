import type { Design } from "./design";
import type { Kept } from "./kept";
import { type Summary, summarize } from "../report/summary";
import { beginningOf } from "../scenario/arming";
import { type RecoverySeconds, recoverySeconds } from "../scenario/recoverySeconds";
import type { Counters } from "../scenario/coverage";
import { type Outage, playOutage } from "../scenario/outage";
import type { Recording } from "../scenario/recording";
import { type BrokenPromise, type Verdict, checkOutage, verdictOf } from "../scenario/promises";
import type { Start } from "../scenario/parts";
import { type Schedule, drawSchedule, scheduleOf, scheduleText } from "../scenario/schedule";

/** One outage to play. */
export interface Task {
  index: number;
  seed: string;
  kind?: string | undefined;
  keep?: readonly Kept[] | undefined;
  isTraced?: boolean;
  /** Records it for a picture. */
  isRecorded?: boolean;
  /** Plays it a second time, to check that the seed determines everything. */
  isPlayedTwice?: boolean;
}

/**
 * The results kept after an outage's world is discarded. They must be small, because a run keeps
 * some.
 */
export interface Played {
  index: number;
  seed: string;
  kind: string;
  verdict: Verdict;
  broken: readonly BrokenOnce[];
  /** Name of the recovery bound; undefined if nothing had to recover. */
  bound: string | undefined;
  recovery: RecoverySeconds;
  orders: Record<"acknowledged" | "missing" | "rejected" | "doubled" | "altered", number>;
  coverage: Counters;
  virtualSeconds: number;
  eventsPlayed: number;
  traceHash: string;
  /** Indexes of the outage's faults. */
  faults: readonly number[];
  /** Present only if the outage broke a promise, or if its trace or picture was requested. */
  story?: Story;
}

/** A broken promise, and when it was seen, in seconds from the fault, if at a certain moment. */
export interface BrokenOnce {
  name: string;
  seen: string;
  seconds?: number;
}

export interface Story {
  start: Start;
  schedule: string;
  lengths: readonly number[];
  timeline: Summary["timeline"];
  trace?: readonly string[];
  recording?: Recording;
}

export const SAME_SEED_SAME_TRACE = "the same seed plays the same trace";

/** The schedule of a task: what the seed draws, without dropped faults and with shortened ones. */
export function scheduleOfTask({ seed, kind, keep }: Task): Schedule {
  if (keep === undefined) return drawSchedule(seed, { kind });
  const drawn = drawSchedule(seed, { kind, keep: keep.map(({ index }) => index) });
  const faults = drawn.faults.map((fault) => {
    const forSeconds = keep.find(({ index }) => index === fault.index)?.seconds;
    return forSeconds === undefined ? fault : { ...fault, forSeconds };
  });
  return { ...scheduleOf(seed, faults, drawn.kind, drawn.start), faults };
}

export async function playTask(design: Design, task: Task): Promise<Played> {
  const outage = await playOnce(design, task);
  const broken = checkOutage(outage);
  if (task.isPlayedTwice === true) {
    const [first, again] = [hashOf(outage), hashOf(await playOnce(design, task))];
    if (first !== again) {
      broken.push({ name: SAME_SEED_SAME_TRACE, seen: `${first}, then ${again}` });
    }
  }
  return record(task, outage, broken);
}

async function playOnce(design: Design, task: Task): Promise<Outage> {
  const schedule = scheduleOfTask(task);
  return playOutage(design.platform, {
    seed: task.seed,
    schedule,
    beginning: await beginningOf(design.platform, schedule.start),
    isTraceKept: task.isTraced === true,
    isRecorded: task.isRecorded,
  });
}

const hashOf = ({ world }: Outage): string => world.base.simulation.trace.hash;

function record(task: Task, outage: Outage, broken: readonly BrokenPromise[]): Played {
  const summary = summarize(outage, broken);
  const { acknowledged, missing, rejected, doubled, altered } = summary.orders;
  const { faults } = outage.schedule;
  const trace = task.isTraced === true ? outage.world.base.simulation.trace.lines : undefined;
  const story: Story = {
    start: outage.schedule.start,
    schedule: scheduleText(outage.schedule),
    lengths: faults.map(({ forSeconds }) => forSeconds),
    timeline: summary.timeline,
    ...(trace === undefined ? {} : { trace }),
    ...(outage.recording === undefined ? {} : { recording: outage.recording }),
  };
  return {
    index: task.index,
    seed: task.seed,
    kind: outage.schedule.kind,
    verdict: verdictOf(outage, broken),
    broken: broken.map(({ name, seen, atMs }) => ({
      name,
      seen,
      ...(atMs === undefined ? {} : { seconds: (atMs - outage.faultMs) / 1000 }),
    })),
    bound: outage.schedule.bound?.name,
    recovery: recoverySeconds(outage),
    orders: { acknowledged, missing, rejected, doubled, altered },
    coverage: outage.coverage,
    virtualSeconds: summary.virtualSeconds,
    eventsPlayed: summary.eventsPlayed,
    traceHash: summary.traceHash,
    faults: faults.map(({ index }) => index),
    ...(broken.length > 0 || task.isTraced === true || task.isRecorded === true ? { story } : {}),
  };
}
