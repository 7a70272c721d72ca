/**
 * Prints a capture of the program as JSON; its argument is the CaptureOptions as JSON, none the usual
 * ones. A process of its own, so that Pulumi's memory is gone when the drill begins.
 */
import { type CaptureOptions, captureProgram } from "./capture";

captureProgram(JSON.parse(process.argv[2] ?? "{}") as CaptureOptions).then(
  (program) => process.stdout.write(JSON.stringify(program)),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
