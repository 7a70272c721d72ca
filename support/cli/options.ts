import * as path from "node:path";
import { parseArgs } from "node:util";

/** A wrong option; `runCommand` prints it and ends with exit code 2. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

export interface OptionText {
  /** What its value is called in the help, as `N`; absent for a switch. */
  readonly value?: string;
  readonly default?: string;
  /** It may be given more than once. */
  readonly multiple?: true;
  readonly about: string;
}

/** A command as its help describes it and its options are parsed. */
export interface CommandText<Options = Readonly<Record<string, OptionText>>> {
  /** As it is typed, as `npm run drill`. */
  readonly line: string;
  readonly about: string;
  readonly options: Options;
}

/** Values of options by name: switches are booleans, an option without default may be absent. */
export type Given<Options> = {
  [Name in keyof Options]: Options[Name] extends { value: string }
    ? Options[Name] extends { multiple: true }
      ? string[]
      : Options[Name] extends { default: string }
        ? string
        : string | undefined
    : boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads options with Node's own parser: `--seed=4` and `--seed 4` mean the same.
 * @throws OptionError for an unknown option, a missing value, or an option that npm kept for itself
 */
export function parseOptions<const Options extends Readonly<Record<string, OptionText>>>(
  command: CommandText<Options>,
  args: readonly string[],
  environment: Environment = {},
): Given<Options> {
  assertNoneSwallowed(command, args, environment);
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [name, parserOption(option)]),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    return values as unknown as Given<Options>;
  } catch (error) {
    const [reason] = (error as Error).message.split(/\.\s/);
    const allowed = Object.entries(command.options).map(spelling).join(", ");
    throw new OptionError(`${reason}; allowed are ${allowed}; see ${typed(command)}--help`);
  }
}

function parserOption({ value, default: usual, multiple }: OptionText) {
  if (value === undefined) return { type: "boolean" as const, default: false };
  if (multiple) return { type: "string" as const, multiple: true, default: [] };
  return { type: "string" as const, ...(usual === undefined ? {} : { default: usual }) };
}

/**
 * Without `--`, npm takes options for its own and leaves them in the environment, with their value
 * or with "true"; then the value comes as an argument of its own.
 */
function assertNoneSwallowed(
  { line, options }: CommandText,
  args: readonly string[],
  environment: Environment,
): void {
  const values = args.filter((arg) => !arg.startsWith("-"));
  const swallowed = Object.entries(options).flatMap(([name, { value: placeholder }]) => {
    const value = environment[`npm_config_${name.replaceAll("-", "_")}`];
    if (value === undefined || value === "") return [];
    if (placeholder === undefined) return [`--${name}`];
    return [`--${name} ${quoted(value === "true" ? (values.shift() ?? placeholder) : value)}`];
  });
  if (swallowed.length === 0) return;
  throw new OptionError(
    `npm took ${swallowed.join(" ")} for its own; put -- before options: ` +
      `${line} -- ${swallowed.join(" ")}`,
  );
}

const quoted = (value: string): string => (/^[\w.:,/-]+$/.test(value) ? value : `"${value}"`);
/** npm passes on the options after the first `--`. */
const typed = ({ line }: CommandText): string =>
  line.startsWith("npm ") && !line.includes(" -- ") ? `${line} -- ` : `${line} `;

function spelling([name, { value }]: [string, OptionText]): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/** What `--help` prints. */
export function helpText(command: CommandText): string {
  const rows = Object.entries(command.options).map((option): [string, string] => {
    const { about, default: usual } = option[1];
    return [spelling(option), usual === undefined ? about : `${about} (default: ${usual})`];
  });
  const all = [...rows, ["--help", "Print this text"] as const];
  const width = Math.max(...all.map(([name]) => name.length));
  return [
    command.about,
    "",
    `Usage: ${typed(command)}[options]`,
    "",
    ...all.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`),
  ].join("\n");
}

/** @throws OptionError unless the text is a whole number. */
export function wholeNumber(name: string, text: string): string {
  if (!/^\d{1,15}$/.test(text)) {
    throw new OptionError(`${name}: got "${text}"; allowed is a whole number, 0 or above`);
  }
  return String(Number(text));
}

/** @throws OptionError unless the text is a whole number from 1 to `largest`. */
export function count(name: string, text: string, largest: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > largest) {
    throw new OptionError(`${name}: got "${text}"; allowed is a whole number from 1 to ${largest}`);
  }
  return number;
}

/** A number of threads, at most one for each core: more would only take turns. */
export function jobs(text: string, cores: number): number {
  return Math.min(count("--jobs", text, Number.MAX_SAFE_INTEGER), cores);
}

/** @throws OptionError unless the text is one of those allowed. */
export function oneOf<Allowed extends string>(
  name: string,
  text: string,
  allowed: readonly Allowed[],
): Allowed {
  const found = allowed.find((each) => each === text);
  if (found === undefined) {
    throw new OptionError(`${name}: got "${text}"; allowed are ${allowed.join("; ")}`);
  }
  return found;
}

/** A file that a user names, seen from where the user is: npm changes the working directory. */
export function userPath(file: string, environment: Environment): string {
  return path.resolve(environment["INIT_CWD"] ?? ".", file);
}
