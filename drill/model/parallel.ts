import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Exploration } from "./explore";
import type { Scene } from "./scene";

/** What a worker is told. */
export interface Task {
  scene: Scene;
  limit: number;
}

/** A worker keeps all states of its scene in memory: more of them at once would need too much. */
const WORKERS_MAX = 2;

export interface Answer {
  exploration: Exploration;
  memoryMaxMb: number;
}

/** Explores every scene, as many at once as there are processors. Answers are in their order. */
export function exploreAll(scenes: readonly Scene[], limit: number): Promise<Answer>[] {
  const waiting: (() => void)[] = [];
  let free = Math.min(WORKERS_MAX, availableParallelism());
  return scenes.map(async (scene) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await inWorker({ scene, limit });
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  });
}

function inWorker(task: Task): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = fork(join(__dirname, "worker.ts"), { serialization: "advanced" });
    worker.once("message", (answer) => resolve(answer as Answer));
    worker.once("exit", (code) => reject(new Error(`a worker ended early, with ${code}`)));
    worker.once("error", reject);
    worker.send(task);
  });
}
