import { type ParseArgsConfig, parseArgs } from "node:util";

/** What `npm start` is asked to play. */
export interface StartOptions {
  seed: string;
  fault: "region" | "none";
  isTraced: boolean;
  isJson: boolean;
}

/** A wrong option: said in one line, exit code 2. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

const faults = ["region", "none"] as const;
export const startUsage = "options: --seed N, --fault region|none, --trace, --json";

/** @throws OptionError naming what was got and what is allowed. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const given = parsed(args, startUsage, {
    seed: { type: "string", default: "1" },
    fault: { type: "string", default: "region" },
    trace: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  });
  return {
    seed: String(Number(seedOf(given.seed))),
    fault: oneOf("--fault", given.fault, faults),
    isTraced: given.trace,
    isJson: given.json,
  };
}

/**
 * The options as Node's own parser reads them: `--seed=4` and `--seed 4` say the same.
 * @throws OptionError for an unknown option, a missing value, a value where none belongs.
 */
export function parsed<Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  usage: string,
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options }>>["values"] {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    const [reason] = (error as Error).message.split(/\.\s/);
    throw new OptionError(`${reason}; ${usage}`);
  }
}

/** @throws OptionError unless the text is a whole number. */
export function seedOf(text: string): string {
  if (!/^\d{1,15}$/.test(text)) {
    throw new OptionError(`--seed ${text}: a seed is a whole number, 0 or above`);
  }
  return text;
}

/** @throws OptionError unless the text is a whole number from 1 to `largest`. */
export function count(name: string, text: string, largest: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > largest) {
    throw new OptionError(`${name} ${text}: a whole number from 1 to ${largest}`);
  }
  return number;
}

/** @throws OptionError unless the text is one of those allowed. */
export function oneOf<Allowed extends string>(
  name: string,
  text: string,
  allowed: readonly Allowed[],
): Allowed {
  const found = allowed.find((each) => each === text);
  if (found === undefined) {
    throw new OptionError(`${name} "${text}": allowed are ${allowed.join("; ")}`);
  }
  return found;
}
