import { availableParallelism } from "node:os";
import { count, oneOf, parsed, seedOf } from "../options";
import { JOBS_MAX, OUTAGES_MAX } from "./options";
import type { HuntOptions } from "./sabotage";

/** What `npm run drill:sabotage` is asked to play. */
export interface SabotageOptions extends HuntOptions {
  /** One mutation instead of all. */
  only: string | undefined;
  jobs: number;
  isJson: boolean;
}

/** What `npm run drill:compare` is asked to play. */
export interface CompareOptions {
  seed: string;
  outages: number;
  jobs: number;
  isJson: boolean;
}

export const sabotageUsage =
  "options: --only MUTATION, --seed N, --within OUTAGES, --jobs N, --every, --json";
export const compareUsage = "options: --outages N, --seed N, --jobs N, --json";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

/** @throws OptionError naming what was got and what is allowed. */
export function parseSabotageOptions(
  args: readonly string[],
  names: readonly string[],
  cores = availableParallelism(),
): SabotageOptions {
  const given = parsed(args, sabotageUsage, {
    only: text,
    seed: { ...text, default: "1" },
    within: { ...text, default: "2000" },
    jobs: { ...text, default: String(cores) },
    every: flag,
    json: flag,
  });
  return {
    only: given.only === undefined ? undefined : oneOf("--only", given.only, names),
    seed: seedOf(given.seed),
    within: count("--within", given.within, OUTAGES_MAX),
    jobs: count("--jobs", given.jobs, JOBS_MAX),
    isEvery: given.every,
    isJson: given.json,
  };
}

/** @throws OptionError naming what was got and what is allowed. */
export function parseCompareOptions(
  args: readonly string[],
  cores = availableParallelism(),
): CompareOptions {
  const given = parsed(args, compareUsage, {
    outages: { ...text, default: "200" },
    seed: { ...text, default: "1" },
    jobs: { ...text, default: String(cores) },
    json: flag,
  });
  return {
    seed: seedOf(given.seed),
    outages: count("--outages", given.outages, OUTAGES_MAX),
    jobs: count("--jobs", given.jobs, JOBS_MAX),
    isJson: given.json,
  };
}
