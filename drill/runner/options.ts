import { availableParallelism } from "node:os";
import { OptionError, count, splitOption } from "../options";

/** One fault of a schedule that is kept for a replay, shortened where a length is given. */
export interface Kept {
  index: number;
  seconds?: number;
}

/** What `npm run drill` is asked to play. */
export interface DrillOptions {
  seed: string;
  outages: number;
  /** One kind of outage instead of the drawn ones. */
  fault: string | undefined;
  design: string;
  keep: readonly Kept[] | undefined;
  jobs: number;
  isTraced: boolean;
  isJson: boolean;
  /** A file for the report, a page of HTML. */
  report: string | undefined;
  /** Seed of the outage that the report draws beside the slowest. */
  shown: string | undefined;
}

/** Names that `--fault` and `--design` take. */
export interface Names {
  kinds: readonly string[];
  designs: readonly string[];
}

export const OUTAGES_MAX = 1_000_000;
export const JOBS_MAX = 256;

/** The design that ships. */
export const OURS = "ours";

const usage =
  "options: --outages N, --seed S, --fault KIND, --design NAME, --keep INDEX[:SECONDS],... , " +
  "--jobs N, --trace, --json, --report FILE, --show SEED";

/** @throws OptionError naming what was got and what is allowed. */
export function parseDrillOptions(
  args: readonly string[],
  names: Names,
  cores = availableParallelism(),
): DrillOptions {
  const options: DrillOptions = {
    seed: "1",
    outages: 1_000,
    fault: undefined,
    design: OURS,
    keep: undefined,
    jobs: cores,
    isTraced: false,
    isJson: false,
    report: undefined,
    shown: undefined,
  };
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = splitOption(args[i]!);
    if (isFlag(options, name)) continue;
    const value = inline ?? args[++i];
    if (!valued.has(name)) throw new OptionError(`unknown option ${name}; ${usage}`);
    if (value === undefined) throw new OptionError(`${name} needs a value; ${usage}`);
    valued.get(name)!(options, value, names);
  }
  if (options.isTraced && options.outages !== 1) {
    throw new OptionError(`--trace with ${options.outages} outages: it tells of one, --outages 1`);
  }
  if (options.shown !== undefined && options.report === undefined) {
    throw new OptionError(`--show ${options.shown} without --report FILE: the report shows it`);
  }
  if (options.keep !== undefined && options.outages !== 1) {
    throw new OptionError(`--keep with ${options.outages} outages: it speaks of one, --outages 1`);
  }
  return options;
}

function isFlag(options: DrillOptions, name: string): boolean {
  if (name === "--trace") options.isTraced = true;
  else if (name === "--json") options.isJson = true;
  else return false;
  return true;
}

type Take = (options: DrillOptions, value: string, names: Names) => void;

const valued: ReadonlyMap<string, Take> = new Map<string, Take>([
  ["--seed", (options, value) => (options.seed = seedOf(value))],
  ["--outages", (options, value) => (options.outages = count("--outages", value, OUTAGES_MAX))],
  ["--jobs", (options, value) => (options.jobs = count("--jobs", value, JOBS_MAX))],
  ["--fault", (options, value, { kinds }) => (options.fault = oneOf("--fault", value, kinds))],
  [
    "--design",
    (options, value, { designs }) => (options.design = oneOf("--design", value, designs)),
  ],
  ["--keep", (options, value) => (options.keep = value.split(",").map(kept))],
  ["--report", (options, value) => (options.report = value)],
  ["--show", (options, value) => (options.shown = seedOf(value))],
]);

/** One outage of a larger run has the run's seed and its own number. */
function seedOf(text: string): string {
  if (!/^\d{1,15}(\.\d{1,7})?$/.test(text)) {
    throw new OptionError(`--seed ${text}: a seed is a whole number, or SEED.NUMBER of one outage`);
  }
  return text;
}

function oneOf(name: string, text: string, allowed: readonly string[]): string {
  if (!allowed.includes(text)) {
    throw new OptionError(`${name} "${text}": allowed are ${allowed.join(", ")}`);
  }
  return text;
}

function kept(text: string): Kept {
  const match = /^(\d+)(?::(\d+(?:\.\d+)?))?$/.exec(text);
  if (match === null) {
    throw new OptionError(`--keep ${text}: an index of the schedule, INDEX or INDEX:SECONDS`);
  }
  const index = Number(match[1]);
  return match[2] === undefined ? { index } : { index, seconds: Number(match[2]) };
}

/** How `--keep` says it. */
export function keepText(keep: readonly Kept[]): string {
  return keep
    .map(({ index, seconds }) => (seconds === undefined ? `${index}` : `${index}:${seconds}`))
    .join(",");
}
