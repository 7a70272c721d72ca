import { type ChildProcess, fork } from "node:child_process";
import * as path from "node:path";
import * as esbuild from "esbuild";
import type { Resource } from "../description/lookup";
import { bundleHandlers } from "../handlers";
import { mutations } from "../mutations";
import { TemporaryDirectory } from "../temporary";
import type { Glance } from "./sabotagePlay";
import type { FromWorker, ToWorker } from "./sabotageWorker";
import { writeWorker } from "./workerFile";

/** A young generation that holds what one moment of a world needs, and an old one that stays small. */
const WORKER_FLAGS = ["--max-semi-space-size=8", "--max-old-space-size=160"];

/** Whatever plays an outage of a design: a process, or a test's own. */
export interface Player {
  play(design: string, seed: string, kind?: string): Promise<Glance>;
  /** The design is played no more: its world may go. */
  forget(design: string): void;
}

/** One process; it learns a design when it is first asked for it. */
class PlayerProcess implements Player {
  private readonly child: ChildProcess;
  private readonly known = new Set<string>();
  private waiting: { resolve(glance: Glance): void; reject(error: Error): void } | undefined;

  constructor(file: string, resources: readonly Resource[]) {
    this.child = fork(file, { execArgv: WORKER_FLAGS, serialization: "json" });
    this.child.on("message", (message: FromWorker) => {
      if ("glance" in message) this.waiting?.resolve(message.glance);
      else this.waiting?.reject(new Error(message.failure));
    });
    this.child.on("exit", (code, signal) => {
      this.waiting?.reject(new Error(`a player ended with ${signal ?? `code ${code}`}`));
    });
    this.tell({ resources });
  }

  async play(design: string, seed: string, kind?: string): Promise<Glance> {
    if (!this.known.has(design)) {
      this.tell({ design, bundle: await bundleHandlers(mutations.get(design)?.sources) });
      this.known.add(design);
    }
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.tell({ play: { design, seed, kind } });
    });
  }

  forget(design: string): void {
    if (this.known.delete(design)) this.tell({ forget: design });
  }

  /** Ends the process, whatever it is playing. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || !this.child.kill()) return resolve();
      this.child.once("exit", () => resolve());
    });
  }

  private tell(message: ToWorker): void {
    this.child.send(message);
  }
}

/** Lets `work` have processes that play, from one bundle of the world; all of them end with it. */
export async function withPlayers<Result>(
  resources: readonly Resource[],
  jobs: number,
  work: (players: readonly Player[]) => Promise<Result>,
): Promise<Result> {
  const directory = new TemporaryDirectory();
  let players: PlayerProcess[] = [];
  try {
    const file = await writeWorker(path.join(__dirname, "sabotageWorker.ts"), directory.path);
    players = Array.from({ length: jobs }, () => new PlayerProcess(file, resources));
    return await work(players);
  } finally {
    await Promise.all(players.map((player) => player.close()));
    directory.remove();
    await esbuild.stop();
  }
}
