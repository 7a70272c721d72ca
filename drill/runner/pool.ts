import { writeFileSync } from "node:fs";
import * as path from "node:path";
import * as esbuild from "esbuild";
import { Piscina } from "piscina";
import { TemporaryDirectory } from "../temporary";

/** The functions that a worker's file exports: each takes one value and answers later. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Jobs<Worker> = { [Name in keyof Worker]: (asked: any) => unknown };

/** Bounds of a worker's heap: most of what one moment of a world needs is gone a moment later. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 160 };

interface PoolOptions {
  /** Written once for all workers; a worker reads it from the file that its argument names. */
  opening?: unknown;
  /** Unless given, a worker has a small heap. */
  resourceLimits?: { maxOldGenerationSizeMb: number };
}

/** Worker threads that run the functions of one file; whichever thread is free takes the next. */
export class Pool<Worker extends Jobs<Worker>> {
  private constructor(
    private readonly threads: Piscina,
    private readonly directory: TemporaryDirectory,
  ) {}

  /** @param source the worker's TypeScript, which is bundled into one file */
  static async start<Worker extends Jobs<Worker>>(
    source: string,
    jobs: number,
    { opening = null, resourceLimits = HEAP_LIMITS }: PoolOptions = {},
  ): Promise<Pool<Worker>> {
    const directory = new TemporaryDirectory();
    const filename = path.join(directory.path, "worker.cjs");
    const openingFile = path.join(directory.path, "opening.json");
    writeFileSync(openingFile, JSON.stringify(opening));
    await esbuild.build({
      entryPoints: [source],
      outfile: filename,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      logLevel: "error",
    });
    const threads = new Piscina({
      filename,
      minThreads: jobs,
      maxThreads: jobs,
      // Flags of this process, such as tsx's loader, are none of the workers'.
      execArgv: [],
      argv: [openingFile],
      resourceLimits,
    });
    return new Pool(threads, directory);
  }

  /** @throws Error with what the function threw, or with what its thread died of. */
  run<Name extends keyof Worker & string>(
    name: Name,
    asked: Parameters<Worker[Name]>[0],
  ): Promise<Awaited<ReturnType<Worker[Name]>>> {
    return this.threads.run(asked, { name }) as Promise<Awaited<ReturnType<Worker[Name]>>>;
  }

  /** Ends all threads, whatever they are doing. */
  async close(): Promise<void> {
    await this.threads.destroy();
    this.directory.remove();
  }
}
