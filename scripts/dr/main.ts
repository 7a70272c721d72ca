import { type Given, OptionError, helpText, parseOptions } from "../../support/cli/options";
import { explain } from "./aws";
import { type Command, type Report, commonOptions } from "./command";
import { DrError, exitCodes } from "./exit";
import { commands } from "./commands";
import { type Tools, createTools } from "./tools";

const LINE = "npm run dr --";

/** Everything `dr` prints and its exit code. */
export interface Ended {
  exitCode: number;
  out: string;
  error: string;
}

/** Runs one command line. Never throws: what goes wrong becomes a line and an exit code. */
export async function dr(
  args: readonly string[],
  toolsOf: (given: Given<typeof commonOptions>) => Tools = createTools,
): Promise<Ended> {
  const [name = "--help", ...rest] = args;
  if (name === "--help") return ended(exitCodes.done, overview());
  const found = commands[name];
  if (found === undefined) {
    const allowed = Object.keys(commands).join(", ");
    return failed(`dr: got the command "${name}"; allowed are ${allowed}`, exitCodes.usage);
  }
  const text = {
    line: `${LINE} ${name}`,
    about: found.about,
    options: { ...commonOptions, ...found.options },
  };
  if (rest.includes("--help")) return ended(exitCodes.done, helpText(text));
  try {
    const given = parseOptions(text, rest, process.env);
    const report = await found.run(toolsOf(given), given);
    return ended(exitCodes[report.exit], given.json ? json(report) : report.text);
  } catch (error) {
    if (error instanceof OptionError) return failed(error.message, exitCodes.usage);
    if (error instanceof DrError) return failed(error.message, exitCodes[error.exit]);
    return failed(`dr: ${explain(error)}`, exitCodes.unknown);
  }
}

const ended = (exitCode: number, out: string): Ended => ({ exitCode, out: `${out}\n`, error: "" });
const failed = (message: string, exitCode: number): Ended => ({
  exitCode,
  out: "",
  error: `${message}\n`,
});
const json = ({ exit, data }: Report): string => JSON.stringify({ exit, data }, null, 2);

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const rows = Object.entries(commands).map(
    ([name, { about }]: [string, Command]) => `  ${name.padEnd(width)}  ${about}`,
  );
  return [
    "Looks after a deployed platform.",
    "",
    `Usage: ${LINE} COMMAND --stack NAME [options]`,
    "",
    ...rows,
    "",
    `Options of a command: ${LINE} COMMAND --help`,
    "Exit codes: 0 done or fine, 1 refused or not fine, 2 wrong usage, 3 unfinished or not known",
  ].join("\n");
}

/** Runs this process's command line. */
export function main(): void {
  // The project supports this Node; what the SDK says about it is no news for an operator.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  void dr(process.argv.slice(2)).then(({ exitCode, out, error }) => {
    process.stdout.write(out);
    process.stderr.write(error);
    process.exitCode = exitCode;
  });
}

if (require.main === module) main();
