/**
 * Plays outages for all test files, in two processes that stay warm: each needs seconds to warm up,
 * and inside jest a world is several times slower. Prints its port, and ends with its standard input.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { json } from "node:stream/consumers";
import { writeWorker } from "../../runner/workerFile";
import { cachedCapture } from "../../../support/capture/cachedCapture";
import type { FromWorker, ToWorker } from "./worker";

const PROCESSES = 2;
const drill = path.join(__dirname, "../..");
// Below the modules, where the bundle finds esbuild.
const directory = mkdtempSync(path.join(drill, "../node_modules/.drill-player-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

interface Job {
  message: ToWorker;
  done(answer: FromWorker): void;
}

/** By test file: the file with hundreds of outages lets the others have every second turn. */
const waiting = new Map<string, Job[]>();
const idle: ChildProcess[] = [];

function nextJob(): Job | undefined {
  for (const [file, jobs] of waiting) {
    waiting.delete(file);
    const job = jobs.shift()!;
    if (jobs.length > 0) waiting.set(file, jobs);
    return job;
  }
  return undefined;
}

function handOut(): void {
  while (idle.length > 0) {
    const job = nextJob();
    if (job === undefined) return;
    const child = idle.pop()!;
    const answered = (answer: FromWorker): void => {
      child.off("exit", died);
      idle.push(child);
      job.done(answer);
      handOut();
    };
    const died = (code: number | null): void => {
      child.off("message", answered);
      job.done({ failure: `a process that plays ended with ${code}` });
    };
    child.once("message", answered).once("exit", died);
    child.send(job.message);
  }
}

async function startProcesses(): Promise<void> {
  const [{ resources }, file] = await Promise.all([
    cachedCapture(),
    writeWorker(path.join(__dirname, "worker.ts"), directory, {
      external: ["esbuild"],
      define: { __dirname: JSON.stringify(drill) },
    }),
  ]);
  for (let i = 0; i < PROCESSES; i++) {
    const child = fork(file, { execArgv: [], serialization: "json" });
    child.send({ resources } satisfies ToWorker);
    idle.push(child);
  }
}

let started: Promise<void> | undefined;

/** Processes are started when a file first asks for an outage: most never do. */
async function play(request: IncomingMessage): Promise<FromWorker> {
  const message = (await json(request)) as ToWorker;
  await (started ??= startProcesses());
  return new Promise((done) => {
    const file = request.headers["x-file"] as string;
    waiting.set(file, [...(waiting.get(file) ?? []), { message, done }]);
    handOut();
  });
}

const server = createServer((request, response) => {
  response.setHeader("Connection", "close");
  play(request).then(
    (answer) => response.end(JSON.stringify(answer)),
    (error: unknown) => response.end(JSON.stringify({ failure: String(error) })),
  );
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
void once(process.stdin.resume(), "end").then(() => process.exit(0));
