import { writeFileSync } from "node:fs";
import * as path from "node:path";
import * as esbuild from "esbuild";
import { Piscina } from "piscina";
import { TemporaryDirectory } from "../temporary";

/**
 * The functions that a worker file exports: each takes one value and returns a value or a promise.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Jobs<Worker> = { [Name in keyof Worker]: (asked: any) => unknown };

/** Heap limits of a worker. Most of its objects are short-lived. */
const HEAP_LIMITS = { maxYoungGenerationSizeMb: 24, maxOldGenerationSizeMb: 160 };

interface PoolOptions {
  /** Data for all workers. It is written once, to a file whose path each worker receives. */
  opening?: unknown;
  /** Default: a small heap. */
  resourceLimits?: { maxOldGenerationSizeMb: number };
}

/** Worker threads that run the functions of one file. The next free thread takes the next call. */
export class Pool<Worker extends Jobs<Worker>> {
  private constructor(
    private readonly threads: Piscina,
    private readonly directory: TemporaryDirectory,
  ) {}

  /** @param source the worker's TypeScript file, which is bundled */
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
      // Workers must not inherit the flags of this process, such as tsx's loader.
      execArgv: [],
      argv: [openingFile],
      resourceLimits,
    });
    return new Pool(threads, directory);
  }

  /** @throws Error that the function threw, or that ended its thread */
  run<Name extends keyof Worker & string>(
    name: Name,
    asked: Parameters<Worker[Name]>[0],
  ): Promise<Awaited<ReturnType<Worker[Name]>>> {
    return this.threads.run(asked, { name }) as Promise<Awaited<ReturnType<Worker[Name]>>>;
  }

  /** Ends all threads at once, idle or not. */
  async close(): Promise<void> {
    // Piscina replaces a thread that has died. If the new one is still starting, it does not find its
    // file any more, which matters to nobody.
    this.threads.on("error", () => undefined);
    await this.threads.destroy();
    this.directory.remove();
  }
}
