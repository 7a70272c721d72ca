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
const usage = "options: --seed N, --fault region|none, --trace, --json";

/** @throws OptionError naming what was got and what is allowed. */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const options: StartOptions = { seed: "1", fault: "region", isTraced: false, isJson: false };
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = splitOption(args[i]!);
    const value = (): string => {
      const given = inline ?? args[++i];
      if (given === undefined) throw new OptionError(`${name} needs a value; ${usage}`);
      return given;
    };
    switch (name) {
      case "--seed":
        options.seed = String(Number(seedOf(value())));
        break;
      case "--fault":
        options.fault = parseFault(value());
        break;
      case "--trace":
        options.isTraced = true;
        break;
      case "--json":
        options.isJson = true;
        break;
      default:
        throw new OptionError(`unknown option ${name}; ${usage}`);
    }
  }
  return options;
}

/** `--seed=4` and `--seed 4` say the same. */
export function splitOption(arg: string): [name: string, value: string | undefined] {
  const equals = arg.indexOf("=");
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
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

function parseFault(text: string): StartOptions["fault"] {
  const found = faults.find((fault) => fault === text);
  if (found === undefined) {
    throw new OptionError(`--fault ${text}: allowed are ${faults.join(" and ")}`);
  }
  return found;
}
