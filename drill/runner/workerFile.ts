import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import * as esbuild from "esbuild";

/**
 * Bundles a worker's source into one file in `directory`: what a process of the drill is started
 * with. No names of functions are kept, which would make every closure of a world dear.
 */
export async function writeWorker(
  source: string,
  directory: string,
  options: Pick<esbuild.BuildOptions, "external" | "define"> = {},
): Promise<string> {
  const outfile = path.join(directory, "worker.cjs");
  const built = await esbuild.build({
    ...options,
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
  });
  await writeFile(outfile, built.outputFiles[0]!.text);
  return outfile;
}
