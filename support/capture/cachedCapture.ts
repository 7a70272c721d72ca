import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { CaptureOptions, CapturedProgram } from "./capture";
import { captureInChild } from "./captureInChild";

type Outcome = { program: CapturedProgram } | { error: string };

const POLL_MS = 50;

/**
 * The program's capture, made once for all test files of a run: the first that needs a configuration
 * makes it in a process of its own, because loading Pulumi inside jest takes several times longer.
 * @throws Error with the message of whatever the program threw.
 */
export async function cachedCapture(options: CaptureOptions = {}): Promise<CapturedProgram> {
  const directory = process.env["CAPTURE_DIRECTORY"];
  if (directory === undefined) {
    throw new Error("CAPTURE_DIRECTORY is not set; test/helpers/globalSetup.ts sets it for jest");
  }
  const asked = {
    config: options.config ?? {},
    preview: options.preview === true,
    bundle: options.bundle === true,
  };
  const hash = createHash("sha256").update(JSON.stringify(asked)).digest("hex");
  const file = path.join(directory, `${hash}.json`);
  if (!existsSync(file)) {
    if (isFirst(`${file}.lock`)) await capture(asked, file);
    else await until(() => existsSync(file));
  }
  const outcome = JSON.parse(readFileSync(file, "utf8")) as Outcome;
  if ("error" in outcome) throw new Error(outcome.error);
  return outcome.program;
}

/** Whether the lock was free and is now held. */
function isFirst(lock: string): boolean {
  try {
    writeFileSync(lock, "", { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

/** Writes the outcome under another name and renames it, so that nobody reads half of it. */
async function capture(options: CaptureOptions, file: string): Promise<void> {
  const text = await captureInChild(options).then(
    (program) => `{"program":${program}}`,
    (error: Error) => JSON.stringify({ error: error.message } satisfies Outcome),
  );
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
