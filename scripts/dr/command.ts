import type { Given, OptionText } from "../../support/cli/options";
import type { Exit } from "./exit";
import type { Tools } from "./tools";

/** What a command has found or done. */
export interface Report {
  exit: Exit;
  /** For people. */
  text: string;
  /** The same for programs: what `--json` prints. */
  data: unknown;
}

type OptionTexts = Readonly<Record<string, OptionText>>;

/** Options of every command. */
export const commonOptions = {
  stack: { value: "NAME", about: "The stack; its outputs say what is deployed" },
  outputs: {
    value: "FILE",
    about: "Read the outputs from a file instead: `pulumi stack output --json > FILE`",
  },
  json: { about: "Print JSON" },
} as const satisfies OptionTexts;

/** Options of every command that changes something. */
export const changeOptions = {
  "dry-run": { about: "Print the first step and its reason, and change nothing" },
  yes: { about: "Do not ask" },
} as const satisfies OptionTexts;

export interface Command<Options extends OptionTexts = OptionTexts> {
  /** One sentence for `--help`. */
  readonly about: string;
  /** In addition to the common ones. */
  readonly options: Options;
  /** @throws DrError, or an error of AWS: `dr` explains it. */
  run(tools: Tools, given: Given<Options & typeof commonOptions>): Promise<Report>;
}

/** Infers the options' types, so that `run` gets values of the right types. */
export function command<const Options extends OptionTexts>(
  definition: Command<Options>,
): Command<Options> {
  return definition;
}
