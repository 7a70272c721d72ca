/** A process that plays outages: told the platform once, then one task after the other. */
import { type Design, type Opening, designOf } from "./design";
import { type Played, type Task, playTask } from "./played";

export type ToWorker = { opening: Opening } | { task: Task };
export type FromWorker =
  { played: Played; residentBytes: number; cpuSeconds: number } | { failure: string };

let design: Design | undefined;
/** One outage at a time: tasks wait for those before them. */
let last: Promise<void> = Promise.resolve();

/** Who asked may have been interrupted meanwhile. */
function say(message: FromWorker): void {
  process.send!(message, (error: Error | null) => error !== null && process.exit());
}

async function play(task: Task): Promise<void> {
  try {
    const played = await playTask(design!, task);
    const { user, system } = process.cpuUsage();
    say({ played, residentBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 });
  } catch (error) {
    say({ failure: `seed ${task.seed}: ${error instanceof Error ? error.stack : String(error)}` });
  }
}

process.on("message", (message: ToWorker) => {
  if ("opening" in message) design = designOf(message.opening);
  else last = last.then(() => play(message.task));
});
process.on("disconnect", () => process.exit());
