import { spawn } from "node:child_process";
import * as path from "node:path";
import type { CaptureOptions } from "./capture";

const captureMain = path.join(__dirname, "captureMain.ts");

/**
 * Captures the program in a process that ends with the capture, so that Pulumi's memory is gone
 * afterwards and its modules do not have to load inside jest, which takes several times longer.
 * @returns a CapturedProgram as JSON
 * @throws Error with what the process complained about.
 */
export function captureInChild(options: CaptureOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ["--import", "tsx", captureMain, JSON.stringify(options)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    const output: string[] = [];
    const complaints: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output.join(""));
      else reject(new Error(complaints.join("").trim()));
    });
  });
}
