import * as path from "node:path";
import * as esbuild from "esbuild";
import type { Resource } from "../description/lookup";
import { bundleHandlers } from "../handlers";
import { mutations } from "../mutations";
import type { BundledDesign } from "./design";
import { Pool } from "./pool";
import type { Opening } from "./opened";
import type * as worker from "./worker";

/** The pool whose workers play outages. */
export type Players = Pool<typeof worker>;

export async function bundledDesign(name: string): Promise<BundledDesign> {
  return { name, bundle: await bundleHandlers(mutations.get(name)?.sources) };
}

/** Opens a pool of workers for as long as `work` takes. */
export async function withPlayers<Result>(
  resources: readonly Resource[],
  designs: readonly string[],
  jobs: number,
  work: (players: Players) => Promise<Result>,
): Promise<Result> {
  const opening: Opening = { resources, designs: await Promise.all(designs.map(bundledDesign)) };
  const source = path.join(__dirname, "worker.ts");
  const players: Players = await Pool.start(source, jobs, { opening });
  try {
    return await work(players);
  } finally {
    await players.close();
    await esbuild.stop();
  }
}
