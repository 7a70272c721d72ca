import { type Given, count, jobs, oneOf, wholeNumber } from "../../support/cli/options";
import { OUTAGES_MAX } from "./options";
import type { HuntOptions } from "./sabotage";

/** The options of `npm run drill:sabotage`. */
export interface SabotageOptions extends HuntOptions {
  /** Plays one mutation instead of all. */
  only: string | undefined;
  jobs: number;
  isJson: boolean;
}

/** The options of `npm run drill:compare`. */
export interface CompareOptions {
  seed: string;
  outages: number;
  jobs: number;
  isJson: boolean;
}

const shared = {
  seed: { value: "N", default: "1", about: "Seed of the outages" },
  jobs: { value: "N", about: "Worker threads; default and maximum are the machine's cores" },
  json: { about: "Print JSON instead of text" },
} as const;

export const sabotageCommand = {
  line: "npm run drill:sabotage",
  about: "Removes one safeguard at a time and reports how many outages it takes to notice.",
  options: {
    only: { value: "MUTATION", about: "Remove this safeguard only" },
    within: { value: "OUTAGES", default: "60", about: "Outages within which it must be noticed" },
    ...shared,
  },
} as const;

export const compareCommand = {
  line: "npm run drill:compare",
  about: "Simulates the same outages against the design that ships and two simpler ones.",
  options: {
    outages: { value: "N", default: "200", about: "Number of outages for each design" },
    ...shared,
  },
} as const;

/** @throws OptionError that says what was given and what is allowed. */
export function sabotageOptionsOf(
  given: Given<typeof sabotageCommand.options>,
  names: readonly string[],
  cores: number,
): SabotageOptions {
  return {
    only: given.only === undefined ? undefined : oneOf("--only", given.only, names),
    seed: wholeNumber("--seed", given.seed),
    within: count("--within", given.within, OUTAGES_MAX),
    jobs: jobs(given.jobs ?? String(cores), cores),
    isJson: given.json,
  };
}

/** @throws OptionError that says what was given and what is allowed. */
export function compareOptionsOf(
  given: Given<typeof compareCommand.options>,
  cores: number,
): CompareOptions {
  return {
    seed: wholeNumber("--seed", given.seed),
    outages: count("--outages", given.outages, OUTAGES_MAX),
    jobs: jobs(given.jobs ?? String(cores), cores),
    isJson: given.json,
  };
}
