/**
 * `npm run bench:bundles`: size and cold import of every function's bundle, beside the clients it
 * imports bundled alone in the same way. Fails where our own code adds more than it may, or where
 * two builds differ.
 * The two canaries' scripts are not among them: that of health has no client to compare with, and
 * nobody waits for a canary's start. test/lib/functions/bundle.test.ts compares the bytes of two builds.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as esbuild from "esbuild";
import { captureProgram } from "../support/capture/capture";
import { stems, type Stem } from "../lambda/functions";
import { bundleCode, bundleOptions } from "../lib/functions/bundle";
import { runAsScript, say } from "../scripts/cli";
import { clientImports, reexport, type ClientImports } from "./clientImports";
import { IMPORT_RATIO_MAX, bundleTable, judge, type Both, type Row } from "./report";

/** What else the machine does only ever adds: the best of these counts. */
const ROUNDS_MIN = 5;
/** A ratio above its limit is measured on until here: a neighbour goes away, our own code stays. */
const ROUNDS_MAX = 40;

const root = bundleOptions.absWorkingDir;

function bundleAlone(clients: ClientImports): string {
  const stdin = { contents: reexport(clients), resolveDir: root };
  const [file] = esbuild.buildSync({ ...bundleOptions, stdin }).outputFiles;
  if (!file) throw new Error("bench: esbuild wrote nothing for the clients");
  return file.text;
}

/** Environment variables of all functions together, as the program gives them: some are read at load. */
async function environment(): Promise<Record<string, string>> {
  const { resources } = await captureProgram({ config: { env: "bench" } });
  const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
  const all = functions.map(({ inputs }) => {
    const { environment } = inputs as { environment?: { variables?: Record<string, string> } };
    return environment?.variables ?? {};
  });
  return Object.assign({}, ...all) as Record<string, string>;
}

/** Milliseconds until a module is loaded, in a process of its own. */
function importMs(file: string, env: Record<string, string>): number {
  const measure =
    "const t=performance.now();" +
    "await import(process.argv[1]).catch((e)=>{process.stderr.write(e.message);process.exit(1)});" +
    "process.stdout.write(String(performance.now()-t));process.exit(0)";
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", measure, file], {
    encoding: "utf8",
    env: {
      ...env,
      AWS_REGION: "us-east-1",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  });
  if (child.status !== 0) throw new Error(`bench: ${file}: ${child.stderr}`);
  return Number(child.stdout);
}

/** Bundles a function, and alone what its own sources import of clients. */
export function build(stem: Stem) {
  const entryPoints = [`lambda/entry/${stem}.ts`];
  const built = esbuild.buildSync({ ...bundleOptions, entryPoints, metafile: true });
  const own = Object.keys(built.metafile.inputs).filter(
    (file) => !file.startsWith("node_modules/"),
  );
  const sources = own.map((file) => readFileSync(path.join(root, file), "utf8"));
  const code = { whole: bundleCode(stem), alone: bundleAlone(clientImports(sources)) };
  const kb = (text: string) => Buffer.byteLength(text) / 1024;
  const row: Row = {
    stem,
    size: { whole: kb(code.whole), alone: kb(code.alone) },
    importMs: { whole: NaN, alone: NaN },
    isReproducible: built.outputFiles[0]?.text === code.whole,
  };
  return { row, code };
}

/** By turns, so that what else the machine does falls on both; the best of each. */
function measure(code: Both<string>, dir: string, env: Record<string, string>): Both {
  const files = { whole: path.join(dir, "whole.mjs"), alone: path.join(dir, "alone.mjs") };
  writeFileSync(files.whole, code.whole);
  writeFileSync(files.alone, code.alone);
  const best: Both = { whole: Infinity, alone: Infinity };
  const isSettled = (round: number) =>
    round >= ROUNDS_MIN && best.whole / best.alone <= IMPORT_RATIO_MAX;
  for (let round = 0; round < ROUNDS_MAX && !isSettled(round); round++) {
    best.whole = Math.min(best.whole, importMs(files.whole, env));
    best.alone = Math.min(best.alone, importMs(files.alone, env));
  }
  return best;
}

runAsScript(module, async () => {
  const env = await environment();
  const rows = stems.map((stem): Row => {
    const { row, code } = build(stem);
    const dir = mkdtempSync(path.join(os.tmpdir(), `${stem}-`));
    try {
      return { ...row, importMs: measure(code, dir, env) };
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
  const on = `Node ${process.version}, ${os.arch()}, ${os.cpus().length} CPUs`;
  say(`${on}; import: best of ${ROUNDS_MIN} fresh processes or more\n\n${bundleTable(rows)}`);
  const complaints = judge(rows);
  if (complaints.length > 0) throw new Error(`\n${complaints.join("\n")}`);
});
