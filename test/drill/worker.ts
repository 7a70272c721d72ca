import { spawn } from "node:child_process";
import * as path from "node:path";
import { createInterface } from "node:readline";
import type { CapturedResource } from "../../drill/program/capture";
import { cachedCapture } from "../helpers/cachedCapture";
import type { Answer, Request } from "../../drill/worker";

const worker = path.join(__dirname, "../../drill/worker.ts");

/** Plays outages in a process of its own: inside jest a world is several times slower. */
export async function playAll(
  asked: readonly Request[] | ((resources: readonly CapturedResource[]) => readonly Request[]),
): Promise<Answer[]> {
  const child = spawn(process.execPath, ["--import", "tsx", worker], {
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
  }
}
