import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaptureOptions, CapturedProgram } from "../../drill/program/capture";

const root = join(__dirname, "..", "..");
const cache = join(root, "node_modules", ".cache", "captures");
/** Everything a capture depends on; who adds a source elsewhere adds it here. */
const sources = [
  "index.ts",
  "Pulumi.yaml",
  "package-lock.json",
  "api",
  "lib",
  "lambda",
  "drill/program",
];
let fingerprint: string | undefined;

/**
 * The program's capture, from a file where another test file has made it of the same sources: to
 * load Pulumi and the program for each of thirty files was most of the time they took.
 */
export async function cachedCapture(options: CaptureOptions = {}): Promise<CapturedProgram> {
  fingerprint ??= hashOf(sources);
  const key = createHash("sha256").update(fingerprint + JSON.stringify(options));
  const file = join(cache, `${key.digest("hex")}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as CapturedProgram;
  } catch {
    const { captureProgram } = await import("../../drill/program/capture");
    const captured = await captureProgram(options);
    mkdirSync(cache, { recursive: true });
    // Written whole, because test files run side by side.
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(captured));
    renameSync(`${file}.${process.pid}`, file);
    return captured;
  }
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    hash.update(path);
    try {
      hash.update(readFileSync(join(root, path)));
    } catch {
      for (const name of readdirSync(join(root, path)).sort()) add(join(path, name));
    }
  };
  paths.forEach(add);
  return hash.digest("hex");
}
