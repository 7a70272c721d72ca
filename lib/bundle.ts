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
  | "authorizer"
  | "dbMigration"
  | "sentinel"
  | "failoverOrchestrator";

/** Canaries that have an entry in lambda/canary/entry. */
export type CanaryCheck = "health" | "order";

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

type Bundler = (what: string) => string;

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

/** As Synthetics loads a script: CommonJS, on the Node of its runtime. */
const canaryOptions = { ...bundleOptions, target: "node20", format: "cjs", banner: {} } as const;

/** The same sources give the same bytes on every machine. */
function compile(options: esbuild.BuildOptions, entry: string): string {
  const { outputFiles } = esbuild.buildSync({ ...options, entryPoints: [entry] });
  const file = outputFiles?.[0];
  if (!file) throw new Error(`bundle: esbuild wrote nothing for ${entry}`);
  return file.text;
}

/**
 * The code of lambda/entry/<stem>.ts with everything it imports, as one minified module.
 * @throws Error with esbuild's messages when the entry is missing or does not compile.
 */
export function bundleCode(stem: Stem): string {
  return compile(bundleOptions, `lambda/entry/${stem}.ts`);
}

/** The same of lambda/canary/entry/<check>.ts, as Synthetics loads it. */
export function canaryCode(check: CanaryCheck): string {
  return compile(canaryOptions, `lambda/canary/entry/${check}.ts`);
}

const bundles = new Map<string, Bundle>();

/** Made once, from the code of each file: both regions get the same bytes. */
function bundleOnce(what: string, files: Readonly<Record<string, () => string>>): Bundle {
  const known = bundles.get(what);
  if (known) return known;
  const replaced = (globalThis as Record<symbol, unknown>)[BUNDLER_KEY] as Bundler | undefined;
  const assets: Record<string, pulumi.asset.Asset> = {};
  const hash = createHash("sha256");
  for (const [file, compileCode] of Object.entries(files)) {
    const code = replaced ? replaced(what) : compileCode();
    hash.update(code);
    assets[file] = new pulumi.asset.StringAsset(code);
  }
  const made = { archive: new pulumi.asset.AssetArchive(assets), sha256: hash.digest("hex") };
  bundles.set(what, made);
  return made;
}

/** The bundle of a function. */
export function bundle(stem: Stem): Bundle {
  return bundleOnce(stem, { [`${stem}.mjs`]: () => bundleCode(stem) });
}

/** The scripts of all canaries, at the root of one archive. */
export function canaryBundle(): Bundle {
  return bundleOnce("canaries", {
    "health.js": () => canaryCode("health"),
    "order.js": () => canaryCode("order"),
  });
}
