/**
 * Prints a capture of the program as JSON: `captureMain.ts [--preview] [key=value ...]`. A process
 * of its own, so that Pulumi's memory is gone when the drill begins.
 */
import { captureProgram } from "./capture";

function parseArguments(args: readonly string[]) {
  const config: Record<string, string> = {};
  for (const arg of args.filter((each) => each !== "--preview")) {
    const equals = arg.indexOf("=");
    if (equals < 1) {
      throw new Error(`captureMain: got "${arg}"; allowed are --preview and key=value`);
    }
    config[arg.slice(0, equals)] = arg.slice(equals + 1);
  }
  return { config, preview: args.includes("--preview") };
}

captureProgram(parseArguments(process.argv.slice(2))).then(
  (program) => process.stdout.write(JSON.stringify(program)),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
