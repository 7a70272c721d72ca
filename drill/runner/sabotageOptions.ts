import { availableParallelism } from "node:os";
import { OptionError, count, seedOf, splitOption } from "../options";
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

/** @throws OptionError naming what was got and what is allowed. */
export function parseSabotageOptions(
  args: readonly string[],
  names: readonly string[],
  cores = availableParallelism(),
): SabotageOptions {
  const given = new Given(args, ["--only", "--seed", "--within", "--jobs"], ["--every", "--json"]);
  return {
    only: given.oneOf("--only", names),
    seed: given.seed(),
    within: given.count("--within", 2_000, OUTAGES_MAX),
    jobs: given.count("--jobs", cores, JOBS_MAX),
    isEvery: given.has("--every"),
    isJson: given.has("--json"),
  };
}

/** @throws OptionError naming what was got and what is allowed. */
export function parseCompareOptions(
  args: readonly string[],
  cores = availableParallelism(),
): CompareOptions {
  const given = new Given(args, ["--outages", "--seed", "--jobs"], ["--json"]);
  return {
    seed: given.seed(),
    outages: given.count("--outages", 200, OUTAGES_MAX),
    jobs: given.count("--jobs", cores, JOBS_MAX),
    isJson: given.has("--json"),
  };
}

/** Options as they were given: `--seed=4` and `--seed 4` say the same. */
class Given {
  private readonly values = new Map<string, string>();

  constructor(args: readonly string[], valued: readonly string[], flags: readonly string[]) {
    const usage = `options: ${[...valued.map((name) => `${name} VALUE`), ...flags].join(", ")}`;
    for (let i = 0; i < args.length; i++) {
      const [name, inline] = splitOption(args[i]!);
      if (flags.includes(name) && inline === undefined) this.values.set(name, "");
      else if (!valued.includes(name)) throw new OptionError(`unknown option ${args[i]}; ${usage}`);
      else {
        const value = inline ?? args[++i];
        if (value === undefined) throw new OptionError(`${name} needs a value; ${usage}`);
        this.values.set(name, value);
      }
    }
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  seed(): string {
    return seedOf(this.values.get("--seed") ?? "1");
  }

  count(name: string, usual: number, largest: number): number {
    return count(name, this.values.get(name) ?? String(usual), largest);
  }

  oneOf(name: string, allowed: readonly string[]): string | undefined {
    const text = this.values.get(name);
    if (text === undefined || allowed.includes(text)) return text;
    throw new OptionError(`${name} "${text}": allowed are ${allowed.join("; ")}`);
  }
}
