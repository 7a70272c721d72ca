import { availableParallelism } from "node:os";
import { OptionError, count, oneOf, parsed } from "../options";
import { type Kept, keptOf } from "./kept";
import { namesOne } from "./seeds";

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

export const drillUsage =
  "options: --outages N, --seed S, --fault KIND, --design NAME, --keep INDEX[:SECONDS],... , " +
  "--jobs N, --trace, --json, --report FILE, --show SEED";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

/** @throws OptionError naming what was got and what is allowed. */
export function parseDrillOptions(
  args: readonly string[],
  names: Names,
  cores = availableParallelism(),
): DrillOptions {
  const given = parsed(args, drillUsage, {
    seed: { ...text, default: "1" },
    outages: { ...text, default: "1000" },
    fault: text,
    design: { ...text, default: OURS },
    keep: text,
    jobs: { ...text, default: String(cores) },
    trace: flag,
    json: flag,
    report: text,
    show: text,
  });
  const options: DrillOptions = {
    seed: seedOf("--seed", given.seed),
    outages: count("--outages", given.outages, OUTAGES_MAX),
    fault: given.fault === undefined ? undefined : oneOf("--fault", given.fault, names.kinds),
    design: oneOf("--design", given.design, names.designs),
    keep: given.keep === undefined ? undefined : keptOf(given.keep),
    jobs: count("--jobs", given.jobs, JOBS_MAX),
    isTraced: given.trace,
    isJson: given.json,
    report: given.report,
    shown: given.show === undefined ? undefined : seedOf("--show", given.show),
  };
  assertTogether(options);
  return options;
}

function assertTogether({ outages, isTraced, keep, seed, shown, report }: DrillOptions): void {
  const alone: [isAsked: boolean, name: string][] = [
    [isTraced, "--trace"],
    [keep !== undefined, "--keep"],
    [namesOne(seed), `--seed ${seed}`],
  ];
  const [first] = alone.filter(([isAsked]) => isAsked && outages !== 1);
  if (first !== undefined) {
    throw new OptionError(`${first[1]} with ${outages} outages: it speaks of one, --outages 1`);
  }
  if (shown !== undefined && report === undefined) {
    throw new OptionError(`--show ${shown} without --report FILE: the report shows it`);
  }
}

/** One outage of a larger run has the run's seed and its own number; the first is the run's own. */
function seedOf(name: string, given: string): string {
  if (!/^\d{1,15}(\.\d{1,7})?$/.test(given)) {
    throw new OptionError(
      `${name} ${given}: a seed is a whole number, or SEED.NUMBER of one outage`,
    );
  }
  const [base, number = "0"] = given.split(".").map((digits) => String(Number(digits)));
  return number === "0" ? base! : `${base}.${number}`;
}
