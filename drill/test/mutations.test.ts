import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Linter } from "eslint";
import { parser } from "typescript-eslint";
import type { Resource } from "../description/lookup";
import { describeProgram } from "../description/program";
import { bundleHandlers } from "../handlers";
import { type Mutation, changesOf, combined } from "../mutation";
import { mutations } from "../mutations";
import { sabotages } from "../mutations/sabotages";
import { OURS } from "../runner/options";
import { kinds } from "../scenario/schedule";
import { cachedCapture } from "../../support/capture/cachedCapture";
import { play } from "./playing/client";

const root = path.join(__dirname, "../..");
const all = [...mutations.values()];
const files = [...new Set(all.flatMap(({ sources = [] }) => sources.map(({ file }) => file)))];

function sourcesHash(): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(path.join(root, file)));
  return hash.digest("hex");
}

let resources: readonly Resource[];

beforeAll(async () => {
  resources = (await cachedCapture()).resources;
}, 60_000);

describe("every mutation", () => {
  test.each(all.map((mutation) => [mutation.name, mutation] as const))(
    "%s changes something",
    (_name, mutation) => {
      const { sources = [], program, weave } = mutation;
      for (const { file, from } of sources) {
        expect([file, readFileSync(path.join(root, file), "utf8").split(from).length]).toEqual([
          file,
          2,
        ]);
      }
      const edited = program?.(resources) ?? resources;
      const isEdited = JSON.stringify(edited) !== JSON.stringify(resources);
      expect(sources.length > 0 || isEdited || weave !== undefined).toBe(true);
      expect(isEdited || weave !== undefined).toBe(mutation.edits !== undefined);
      expect(changesOf(mutation)).not.toBe("");
    },
  );

  it("uses only names that its file imports or declares", () => {
    expect(all.flatMap(undefinedNames)).toEqual([]);
  }, 60_000);

  it("with a misspelt name is detected", () => {
    const to = "return misspelt;";
    const file = "lambda/handlers/failoverOrchestrator.ts";
    const from = "return act.sweep(runtime, control, action.region);";
    const mutation = { name: "broken", sources: [{ file, from, to }] };
    expect(undefinedNames(mutation)).toEqual([`broken: ${file}: 'misspelt' is not defined.`]);
  });

  it("leads to a program that can be described and to handlers that can be bundled", async () => {
    const everything = combined("everything that goes together", [
      ...sabotages.flatMap(({ halves }) => halves.filter(({ program }) => program !== undefined)),
    ]);
    expect(() => describeProgram(everything.program!(resources))).not.toThrow();
    for (const name of [
      "plain",
      "lag as a gate",
      "health includes the database, one witness suffices",
    ]) {
      const { sources } = mutations.get(name)!;
      expect(await bundleHandlers(sources)).not.toBe(await bundleHandlers());
    }
  });

  it("is played in existing kinds of outage", () => {
    for (const sabotage of sabotages) expect(kinds).toContain(sabotage.kind);
  });
});

it("a mutation fails if its text does not occur exactly once", async () => {
  const file = "lambda/control/rules.ts";
  await expect(bundleHandlers([{ file, from: "nowhere", to: "" }])).rejects.toThrow(
    `mutation: ${file} has 0 times, not once: nowhere`,
  );
});

describe("a played mutation", () => {
  const before = sourcesHash();

  /** `npm run drill:sabotage` plays the others. */
  const quick: readonly (readonly [name: string, kind: string, promise: string])[] = [
    ["acknowledge before the ledger", "region", "no acknowledged order is missing"],
  ];

  it("breaks its promise while our own design keeps it, and changes nothing on disk", async () => {
    for (const [name, kind, promise] of quick) {
      const seed = await firstBreaking(name, kind, promise);
      expect(await play("glanceAt", { design: OURS, seed, kind })).toMatchObject({ broken: [] });
    }
    expect(sourcesHash()).toBe(before);
  }, 60_000);
});

/**
 * Names in mutated sources that nothing defines. Such a name throws a ReferenceError, which looks
 * like a crash that the drill caught although the mutation itself was never played.
 */
function undefinedNames({ name, sources = [] }: Mutation): string[] {
  return [...new Set(sources.map(({ file }) => file))].flatMap((file) => {
    let text = readFileSync(path.join(root, file), "utf8");
    for (const edit of sources)
      if (edit.file === file) text = text.replace(edit.from, () => edit.to);
    return lint(text).map((message) => `${name}: ${file}: ${message}`);
  });
}

/** What Node adds to the language, as far as the handlers use it. */
const nodeGlobals = { AbortController: false, AbortSignal: false, Buffer: false, URL: false };

const linter = new Linter();
const lintConfig: Linter.Config = {
  files: ["**/*.ts"],
  languageOptions: { parser, globals: nodeGlobals },
  rules: { "no-undef": "error" },
};

const lint = (source: string): string[] =>
  linter.verify(source, lintConfig, "source.ts").map(({ message }) => message);

/** The first seed of a kind at which a mutation breaks a promise, among the first few seeds. */
async function firstBreaking(design: string, kind: string, promise: string): Promise<string> {
  for (const seed of ["2", "1", "3", "4", "5", "6"]) {
    const { broken } = await play("glanceAt", { design, seed, kind });
    if (broken.some((each) => each.name === promise)) return seed;
  }
  throw new Error(`${design}: never "${promise}" in ${kind}`);
}
