import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import * as esbuild from "esbuild";
import { runAsScript } from "../cli";

export const projectDir = path.join(__dirname, "..", "..");

/** A change of a source file, for another version of the program. */
export interface Edit {
  /** From the project's folder: lib/aurora.ts. */
  readonly file: string;
  /** Text that occurs in it. */
  readonly from: string;
  readonly to: string;
}

/**
 * Writes the program as one JavaScript file into a Pulumi project of its own, so that no `up` has to
 * compile it.
 * @throws Error when an edit does not apply.
 */
export async function writeProgram(directory: string, edits: readonly Edit[] = []): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const settings = readFileSync(path.join(projectDir, "Pulumi.yaml"), "utf8")
    .replace(/^main: .*$/m, "main: index.cjs")
    .replace("typescript: true", "typescript: false")
    .replace(/^ *tsconfig: .*$/m, "");
  writeFileSync(path.join(directory, "Pulumi.yaml"), settings);
  writeFileSync(path.join(directory, "package.json"), '{ "main": "index.cjs" }\n');
  const config = path.join(directory, "Pulumi.dev.yaml");
  if (!existsSync(config)) cpSync(path.join(projectDir, "Pulumi.dev.yaml"), config);
  const modules = path.join(directory, "node_modules");
  if (!existsSync(modules)) symlinkSync(path.join(projectDir, "node_modules"), modules);
  await esbuild.build({
    absWorkingDir: projectDir,
    entryPoints: ["index.ts"],
    outfile: path.join(directory, "index.cjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    logLevel: "error",
    plugins: [editing([...edits, ...plantedFaults()])],
  });
}

/** PLANTED_FAULT is one edit as JSON, to see a scenario fail. */
function plantedFaults(): Edit[] {
  const fault = process.env["PLANTED_FAULT"];
  return fault === undefined ? [] : [JSON.parse(fault) as Edit];
}

function editing(edits: readonly Edit[]): esbuild.Plugin {
  return {
    name: "edits",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const own = edits.filter((edit) => path.join(projectDir, edit.file) === file);
        if (own.length === 0) return undefined;
        return { contents: own.reduce(edited, readFileSync(file, "utf8")), loader: "ts" };
      });
    },
  };
}

function edited(text: string, { file, from, to }: Edit): string {
  if (text.includes(from)) return text.replace(from, () => to);
  throw new Error(`${file} has no ${JSON.stringify(from)}; mend the edit`);
}

runAsScript(module, ([directory = ""]) => writeProgram(path.resolve(directory)));
