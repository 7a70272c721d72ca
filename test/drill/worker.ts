import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import * as path from "node:path";
import { createInterface } from "node:readline";
import type { CapturedResource } from "../../drill/program/capture";
import { writeWorker } from "../../drill/runner/workerFile";
import { cachedCapture } from "../helpers/cachedCapture";
import type { Answer, Request } from "../../drill/worker";

const drill = path.join(__dirname, "../../drill");
const modules = path.join(__dirname, "../../node_modules");

/** Plays outages in a process of its own: inside jest a world is several times slower. */
export async function playAll(
  asked: readonly Request[] | ((resources: readonly CapturedResource[]) => readonly Request[]),
): Promise<Answer[]> {
  // Below the modules, where the bundle finds esbuild.
  const directory = mkdtempSync(path.join(modules, ".drill-worker-"));
  const file = await writeWorker(path.join(drill, "worker.ts"), directory, {
    external: ["esbuild"],
    define: { __dirname: JSON.stringify(drill) },
  });
  const child = spawn(process.execPath, [file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const { resources } = await cachedCapture();
    const requests = typeof asked === "function" ? asked(resources) : asked;
    child.stdin.write(`${JSON.stringify({ resources })}\n`);
    for (const request of requests) child.stdin.write(`${JSON.stringify(request)}\n`);
    child.stdin.end();
    const answers: Answer[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      answers.push(JSON.parse(line) as Answer);
    }
    if (answers.length !== requests.length) {
      throw new Error(`the worker answered ${answers.length} of ${requests.length} requests`);
    }
    return answers;
  } finally {
    child.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}
