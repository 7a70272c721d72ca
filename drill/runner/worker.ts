/** The functions of a worker thread: it plays outages of the designs that it receives. */
import { sabotages } from "../mutations/sabotages";
import type { BundledDesign } from "./design";
import { designNamed, forget, learn } from "./opened";
import { type Played, type Task, playTask } from "./played";
import { type Baseline, type HuntOptions, type Hunted, hunt } from "./sabotage";
import { type Glance, glance } from "./sabotagePlay";

export function playOutage({ design, task }: { design: string; task: Task }): Promise<Played> {
  return naming(`seed ${task.seed}`, () => playTask(designNamed(design), task));
}

interface GlanceAsked {
  design: string;
  seed: string;
  kind?: string | undefined;
}

export function glanceAt({ design, seed, kind }: GlanceAsked): Promise<Glance> {
  return naming(`${design}, seed ${seed}`, () => glance(designNamed(design), seed, kind));
}

/** Outages of our own design. Each thread plays them once for all its mutations. */
const baseline: Baseline = new Map();

interface HuntAsked {
  name: string;
  options: HuntOptions;
  /** The design of the sabotage, and for a pair also the designs of its halves. */
  designs: readonly BundledDesign[];
}

export async function huntFor({ name, options, designs: given }: HuntAsked): Promise<Hunted> {
  const sabotage = sabotages.find(({ mutation }) => mutation.name === name)!;
  learn(given);
  const hunted = await hunt(
    sabotage,
    options,
    (design, seed, kind) => glanceAt({ design, seed, kind }),
    baseline,
  );
  forget(given);
  return hunted;
}

let playing = "";

/**
 * On AWS, an unhandled rejection ends the function's process, and no shipped handler may cause one.
 * The error ends this thread, and with it the drill.
 */
process.on("unhandledRejection", (reason) => {
  throw new Error(`${playing}: unhandled rejection: ${textOf(reason)}`);
});

/** Adds to an error in which outage it occurred. */
async function naming<Result>(what: string, play: () => Promise<Result>): Promise<Result> {
  playing = what;
  try {
    return await play();
  } catch (error) {
    throw new Error(`${what}: ${textOf(error)}`);
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error && error.stack !== undefined ? error.stack : String(error);
