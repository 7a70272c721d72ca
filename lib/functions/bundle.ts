import { createHash } from "node:crypto";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as esbuild from "esbuild";
import { type CanaryCheck, type Stem, canaryChecks, stems } from "../../lambda/functions";

/** A function's code, and a hash that changes with it alone. */
export interface Bundle {
  readonly archive: pulumi.asset.AssetArchive;
  readonly sha256: string;
}

/**
 * Tests and the drill can replace the bundler here, because bundling takes longer than the rest of
 * the program. A symbol, because an environment variable could deploy an empty function by mistake.
 */
export const BUNDLER_KEY = Symbol.for("trading-platform.bundler");

type Bundler = (what: string) => string;

const projectDir = path.join(__dirname, "..", "..");

/** How every function is bundled; `npm run bench:bundles` bundles its SDK clients the same way. */
export const bundleOptions = {
  absWorkingDir: projectDir,
  bundle: true,
  write: false,
  minify: true,
  // Stack traces show the functions' own names. It adds about 7 %; a source map would add 170 %.
  keepNames: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // ES modules reduce size and cold start by two fifths,
  mainFields: ["module", "main"],
  // but need this for dependencies that are CommonJS only.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  legalComments: "none",
  logLevel: "silent",
} satisfies esbuild.BuildOptions;

/** Synthetics loads CommonJS, on the Node version of its runtime. */
const canaryOptions = { ...bundleOptions, target: "node20", format: "cjs", banner: {} } as const;

/**
 * Bundles each entry with everything that it imports. One run of esbuild reads shared files only
 * once. The same sources give the same bytes on every machine.
 * @throws Error with esbuild's messages when an entry is missing or does not compile.
 */
function compile(
  options: esbuild.BuildOptions,
  folder: string,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const entryPoints = names.map((name) => `${folder}/${name}.ts`);
  // Nothing is written; esbuild only names its results after this folder.
  const { outputFiles = [] } = esbuild.buildSync({ ...options, entryPoints, outdir: "bundles" });
  return new Map(outputFiles.map((file) => [path.basename(file.path, ".js"), file.text]));
}

/** The code of every function, as one minified module each. */
function compileFunctions(): ReadonlyMap<string, string> {
  return compile(bundleOptions, "lambda/entry", stems);
}

/** The code of every canary, as Synthetics loads it. */
export function compileCanaries(): ReadonlyMap<string, string> {
  return compile(canaryOptions, "lambda/canary/entry", canaryChecks);
}

const bundles = new Map<string, Bundle>();

/** Created once, so that both regions get the same bytes. */
function bundleOnce(what: string, files: Readonly<Record<string, () => string>>): Bundle {
  const known = bundles.get(what);
  if (known) return known;
  const replaced = (globalThis as Record<symbol, unknown>)[BUNDLER_KEY] as Bundler | undefined;
  const assets: Record<string, pulumi.asset.Asset> = {};
  const hash = createHash("sha256");
  for (const [file, codeOf] of Object.entries(files)) {
    const code = replaced ? replaced(what) : codeOf();
    hash.update(code);
    assets[file] = new pulumi.asset.StringAsset(code);
  }
  const made = { archive: new pulumi.asset.AssetArchive(assets), sha256: hash.digest("hex") };
  bundles.set(what, made);
  return made;
}

let functions: ReadonlyMap<string, string> | undefined;
let canaries: ReadonlyMap<string, string> | undefined;

function codeOf(name: string, compiled: ReadonlyMap<string, string>): string {
  const code = compiled.get(name);
  if (code !== undefined) return code;
  const known = [...compiled.keys()].join(", ");
  throw new Error(`bundle: got "${name}"; there are ${known}; add it to lambda/functions.ts`);
}

/** The code of a function. The first call compiles all of them. */
export function bundleCode(stem: Stem): string {
  return codeOf(stem, (functions ??= compileFunctions()));
}

/** The bundle of a function. */
export function bundle(stem: Stem): Bundle {
  return bundleOnce(stem, { [`${stem}.mjs`]: () => bundleCode(stem) });
}

/** The scripts of all canaries, at the root of one archive. */
export function canaryBundle(): Bundle {
  const script = (check: CanaryCheck) => codeOf(check, (canaries ??= compileCanaries()));
  return bundleOnce(
    "canaries",
    Object.fromEntries(canaryChecks.map((check) => [`${check}.js`, () => script(check)])),
  );
}
