import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import * as esbuild from "esbuild";
import { TemporaryDirectory } from "../temporary";
import type { Opening } from "./design";
import type { Played, Task } from "./played";
import { writeWorker } from "./workerFile";
import type { FromWorker } from "./workerMain";

/** Tasks a worker holds, so that it never waits for the next one to arrive. */
const TASKS_AHEAD = 2;
/** A world lives for seconds: a young generation that holds what one needs, and a small old one. */
const WORKER_FLAGS = ["--max-semi-space-size=8", "--max-old-space-size=192"];

interface Worker {
  child: ChildProcess;
  tasks: number;
  residentBytes: number;
  cpuSeconds: number;
}

interface Waiting {
  task: Task;
  resolve(played: Played): void;
  reject(error: Error): void;
}

/** Processes that play outages; whichever is free takes the next one. */
export class Pool {
  peakBytes = 0;
  private readonly workers: Worker[];
  private readonly queue: Waiting[] = [];
  private readonly underWay = new Map<Task, Waiting & { worker: Worker }>();

  private constructor(
    opening: Opening,
    jobs: number,
    private readonly directory: TemporaryDirectory,
    file: string,
    flags: readonly string[],
  ) {
    this.workers = Array.from({ length: jobs }, () => this.startWorker(file, opening, flags));
  }

  /** @param flags of Node, for every process */
  static async start(opening: Opening, jobs: number, flags: readonly string[] = []): Promise<Pool> {
    const directory = new TemporaryDirectory();
    const file = await writeWorker(path.join(__dirname, "workerMain.ts"), directory.path);
    // The bundler is a process of its own: its memory is no part of the drill.
    await esbuild.stop();
    return new Pool(opening, jobs, directory, file, flags);
  }

  get cpuSeconds(): number {
    return this.workers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  }

  play(task: Task): Promise<Played> {
    return new Promise((resolve, reject) => {
      this.queue.push({ task, resolve, reject });
      this.handOut();
    });
  }

  /** Until all processes have ended. */
  async close(): Promise<void> {
    await Promise.all(
      this.workers.map(async ({ child }) => {
        if (!child.connected) return;
        const ended = once(child, "exit");
        child.disconnect();
        await ended;
      }),
    );
    this.directory.remove();
  }

  private startWorker(file: string, opening: Opening, flags: readonly string[]): Worker {
    const child = fork(file, { execArgv: [...WORKER_FLAGS, ...flags], serialization: "json" });
    const worker: Worker = { child, tasks: 0, residentBytes: 0, cpuSeconds: 0 };
    child.on("message", (message: FromWorker) => this.heard(worker, message));
    child.on("exit", (code, signal) => {
      const error = new Error(`a worker of the drill ended with ${signal ?? `code ${code}`}`);
      for (const waiting of this.underWay.values())
        if (waiting.worker === worker) waiting.reject(error);
    });
    child.send({ opening });
    return worker;
  }

  private handOut(): void {
    for (;;) {
      const worker = this.workers.reduce((a, b) => (b.tasks < a.tasks ? b : a));
      if (worker.tasks >= TASKS_AHEAD) return;
      const waiting = this.queue.shift();
      if (waiting === undefined) return;
      worker.tasks++;
      this.underWay.set(waiting.task, { ...waiting, worker });
      worker.child.send({ task: waiting.task });
    }
  }

  /** A worker answers in the order of its tasks. */
  private heard(worker: Worker, message: FromWorker): void {
    const first = [...this.underWay.values()].find((waiting) => waiting.worker === worker);
    if (first === undefined) return;
    this.underWay.delete(first.task);
    worker.tasks--;
    this.handOut();
    if ("failure" in message) return first.reject(new Error(message.failure));
    worker.residentBytes = message.residentBytes;
    worker.cpuSeconds = message.cpuSeconds;
    this.weigh();
    first.resolve(message.played);
  }

  private weigh(): void {
    const sum = this.workers.reduce((bytes, { residentBytes }) => bytes + residentBytes, 0);
    this.peakBytes = Math.max(this.peakBytes, sum + process.memoryUsage.rss());
  }
}
