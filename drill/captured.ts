import { spawn } from "node:child_process";
import * as path from "node:path";
import type { Resource } from "./description/lookup";

const captureMain = path.join(__dirname, "../support/capture/captureMain.ts");

/**
 * Captures the program's resources in a child process. Pulumi's memory is freed when it ends, and
 * the drill's own modules load meanwhile.
 */
export function captureInChild(): Promise<readonly Resource[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, captureMain], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) {
        reject(new Error(`the program could not be captured (exit ${code}):\n${complaints}`));
      } else resolve((JSON.parse(output) as { resources: Resource[] }).resources);
    });
  });
}
