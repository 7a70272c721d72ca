import { type Given, OptionError, count, jobs, oneOf } from "../../support/cli/options";
import { type Retention, retentions } from "../captured";
import { type Kept, keptOf } from "./kept";
import { namesOne } from "./seeds";

/** The options of `npm run drill`. */
export interface DrillOptions {
  seed: string;
  outages: number;
  /** Plays only this kind of outage; all kinds if undefined. */
  fault: string | undefined;
  design: string;
  retention: Retention;
  keep: readonly Kept[] | undefined;
  jobs: number;
  isTraced: boolean;
  isJson: boolean;
  /** Path of the HTML report. */
  report: string | undefined;
  /** Seed of the outage that the report draws besides the slowest one. */
  shown: string | undefined;
}

/** Names that `--fault` and `--design` accept. */
export interface Names {
  kinds: readonly string[];
  designs: readonly string[];
}

export const OUTAGES_MAX = 1_000_000;

/** The name of the shipped design. */
export const OURS = "ours";

export const drillCommand = {
  line: "npm run drill",
  about: "Simulates outages in virtual time and reports whether the platform kept its promises.",
  options: {
    outages: { value: "N", default: "1000", about: "Number of outages" },
    seed: { value: "SEED", default: "1", about: "Seed; SEED.NUMBER is one outage of a larger run" },
    fault: { value: "KIND", about: "Simulate this kind of outage only" },
    design: { value: "NAME", default: OURS, about: "The design that ships, or a weakened one" },
    retention: { value: "WHICH", default: "ephemeral", about: "The program as configured with it" },
    keep: { value: "INDEX[:SECONDS],...", about: "Keep these faults only, shortened to SECONDS" },
    jobs: { value: "N", about: "Worker threads; default and maximum are the machine's cores" },
    trace: { about: "Print every event of a single outage" },
    json: { about: "Print JSON instead of text" },
    report: { value: "FILE", about: "Write a report as one HTML page" },
    show: { value: "SEED", about: "Draw this outage in the report as well" },
  },
} as const;

/** @throws OptionError that says what was given and what is allowed. */
export function drillOptionsOf(
  given: Given<typeof drillCommand.options>,
  names: Names,
  cores: number,
): DrillOptions {
  const options: DrillOptions = {
    seed: seedOf("--seed", given.seed),
    outages: count("--outages", given.outages, OUTAGES_MAX),
    fault: given.fault === undefined ? undefined : oneOf("--fault", given.fault, names.kinds),
    design: oneOf("--design", given.design, names.designs),
    retention: oneOf("--retention", given.retention, retentions),
    keep: given.keep === undefined ? undefined : keptOf(given.keep),
    jobs: jobs(given.jobs ?? String(cores), cores),
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
    throw new OptionError(`${first[1]} needs a single outage, got ${outages}: add --outages 1`);
  }
  if (shown !== undefined && report === undefined) {
    throw new OptionError(`--show ${shown} needs a report: add --report FILE`);
  }
}

/**
 * A seed with a number names one outage of a larger run. The first outage has the run's own seed.
 */
function seedOf(name: string, given: string): string {
  if (!/^\d{1,15}(\.\d{1,7})?$/.test(given)) {
    throw new OptionError(
      `${name}: got "${given}"; allowed is a whole number, or SEED.NUMBER for one outage of a run`,
    );
  }
  const [base, number = "0"] = given.split(".").map((digits) => String(Number(digits)));
  return number === "0" ? base! : `${base}.${number}`;
}
