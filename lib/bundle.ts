import { createHash } from "node:crypto";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as esbuild from "esbuild";

/** Functions that have an entry in lambda/entry. */
export type Stem =
  | "orderApi"
  | "orderProcessor"
  | "settlementSweep"
  | "health"
  | "dbMigration"
  | "sentinel"
  | "failoverOrchestrator";

/** A function's code, and a hash that changes with it alone. */
export interface Bundle {
  readonly archive: pulumi.asset.AssetArchive;
  readonly sha256: string;
}

/**
 * Where tests and the drill may put a replacement of the bundler, which takes longer than the rest
 * of the program. A symbol, so that no environment variable can deploy an empty function.
 */
export const BUNDLER_KEY = Symbol.for("trading-platform.bundler");

type Bundler = (stem: Stem) => string;

const projectDir = path.join(__dirname, "..");

/** How every function is bundled; `npm run bench:bundles` bundles its SDK clients the same way. */
export const bundleOptions = {
  absWorkingDir: projectDir,
  bundle: true,
  write: false,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // Modules instead of CommonJS save two fifths of size and of cold start...
  mainFields: ["module", "main"],
  // ...and need this for what is CommonJS only.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  legalComments: "none",
  logLevel: "silent",
} satisfies esbuild.BuildOptions;

/**
 * The code of lambda/entry/<stem>.ts with everything it imports, as one minified module.
 * The same sources give the same bytes on every machine.
 * @throws Error with esbuild's messages when the entry is missing or does not compile.
 */
export function bundleCode(stem: Stem): string {
  const entryPoints = [`lambda/entry/${stem}.ts`];
  const { outputFiles } = esbuild.buildSync({ ...bundleOptions, entryPoints });
  const [file] = outputFiles;
  if (!file) throw new Error(`bundle: esbuild wrote nothing for lambda/entry/${stem}.ts`);
  return file.text;
}

const bundles = new Map<Stem, Bundle>();

/** The bundle of a function, made once: both regions get the same bytes. */
export function bundle(stem: Stem): Bundle {
  const known = bundles.get(stem);
  if (known) return known;
  const replaced = (globalThis as Record<symbol, unknown>)[BUNDLER_KEY] as Bundler | undefined;
  const code = (replaced ?? bundleCode)(stem);
  const made: Bundle = {
    archive: new pulumi.asset.AssetArchive({
      [`${stem}.mjs`]: new pulumi.asset.StringAsset(code),
    }),
    sha256: createHash("sha256").update(code).digest("hex"),
  };
  bundles.set(stem, made);
  return made;
}
