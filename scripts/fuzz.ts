/** `npm run fuzz`: drives the shipped handlers with generated input in a simulated world. */
import { runCommand } from "../support/cli/command";
import { count, oneOf, wholeNumber, type CommandText } from "../support/cli/options";
import { say } from "./cli";
import { shippedHandlers } from "../test/fuzz/fuzzed";
import { fuzz, properties, type FuzzResult } from "../test/fuzz/run";

const command = {
  line: "npm run fuzz",
  about:
    "Drives the shipped handlers with generated requests, tokens, events, messages, ledger items and\n" +
    "answers of the database, in a simulated world. Exits with 1 if a property does not hold.",
  options: {
    cases: { value: "N", default: "10000", about: "How many cases, over all properties" },
    seed: { value: "N", default: "1", about: "The same seed gives the same cases" },
    seconds: { value: "N", about: "Time limit: begins no further case after it" },
    property: { value: "NAME", about: "Only this property" },
    path: { value: "PATH", about: "Only this case of the property, as a failure prints it" },
  },
} as const satisfies CommandText;

const names = properties.map(({ name }) => name);

function textOf({ name, cases, failure }: FuzzResult, seed: number): string {
  if (failure === null) return `ok      ${String(cases).padStart(7)} cases  ${name}`;
  const again = `npm run fuzz -- --seed ${seed} --property "${name}" --path ${failure.path}`;
  return [
    `FAILED  ${String(cases).padStart(7)} cases  ${name}`,
    `  ${failure.error.replaceAll("\n", "\n  ")}`,
    `  the case, after ${failure.shrinks} steps of shrinking: ${failure.case}`,
    `  play it again: ${again}`,
  ].join("\n");
}

void runCommand(command, async (given) => {
  const only = given.property && {
    name: oneOf("--property", given.property, names),
    ...(given.path === undefined ? {} : { path: given.path }),
  };
  const seed = Number(wholeNumber("--seed", given.seed));
  const options = {
    seed,
    cases: count("--cases", given.cases, Number.MAX_SAFE_INTEGER),
    seconds: given.seconds === undefined ? Infinity : count("--seconds", given.seconds, 86_400),
    ...(only ? { only } : {}),
  };
  const startedMs = performance.now();
  const results = await fuzz(shippedHandlers, options, (result) => say(textOf(result, seed)));
  const all = results.reduce((sum, { cases }) => sum + cases, 0);
  const seconds = (performance.now() - startedMs) / 1000;
  const failed = results.filter(({ failure }) => failure !== null).length;
  say(
    `${all} cases of seed ${seed} in ${seconds.toFixed(1)} s, ${Math.round(all / seconds)} a second; ` +
      `${results.length - failed} of ${results.length} properties held`,
  );
  return failed === 0 ? 0 : 1;
});
