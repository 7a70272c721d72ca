import { type Given, oneOf, wholeNumber } from "../../support/cli/options";

/** The options of `npm start`. */
export interface StartOptions {
  seed: string;
  fault: "region" | "none";
  isTraced: boolean;
  isJson: boolean;
}

export const startCommand = {
  line: "npm start",
  about: "Simulates one outage in virtual time and reports how it went.",
  options: {
    seed: { value: "N", default: "1", about: "Seed of everything that is random" },
    fault: { value: "region|none", default: "region", about: "Lose the home region, or nothing" },
    trace: { about: "Print every event" },
    json: { about: "Print JSON instead of text" },
  },
} as const;

/** @throws OptionError that says what was given and what is allowed. */
export function startOptionsOf(given: Given<typeof startCommand.options>): StartOptions {
  return {
    seed: wholeNumber("--seed", given.seed),
    fault: oneOf("--fault", given.fault, ["region", "none"]),
    isTraced: given.trace,
    isJson: given.json,
  };
}
