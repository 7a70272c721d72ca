import * as path from "node:path";
import { cachedCapture } from "../../../support/capture/cachedCapture";
import { OURS } from "../../runner/options";
import type { Played, Task } from "../../runner/played";
import { bundledDesign } from "../../runner/players";
import { Pool } from "../../runner/pool";
import type { Opening } from "../../runner/opened";
import type * as worker from "./worker";

type Worker = typeof worker;

/** The test file that takes longest keeps both cores busy. The others run beside it. */
const THREADS = 2;
/** Designs that tests select by name. */
const designs = [
  ...[OURS, "plain", "seed-in-standby"],
  ...["acknowledge before the ledger", "close on settlement", "no latch", "orchestrator at home"],
];
let opened: Promise<Pool<Worker>> | undefined;

async function open(): Promise<Pool<Worker>> {
  const [{ resources }, ...bundled] = await Promise.all([
    cachedCapture(),
    ...designs.map(bundledDesign),
  ]);
  const opening: Opening = { resources, designs: bundled };
  return Pool.start(path.join(__dirname, "worker.ts"), THREADS, { opening });
}

/**
 * Plays an outage in a worker thread of this test file: inside jest, a world is several times
 * slower. @throws Error that was thrown in the worker
 */
export async function play<Name extends keyof Worker>(
  name: Name,
  asked: Parameters<Worker[Name]>[0],
): Promise<Awaited<ReturnType<Worker[Name]>>> {
  return (await (opened ??= open())).run(name, asked);
}

/** Plays a task of the drill, of our own design or a mutation. */
export function playTask(task: Task, design = OURS): Promise<Played> {
  return play("playOutage", { task, design });
}

afterAll(async () => (await opened)?.close());
