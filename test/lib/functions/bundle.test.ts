import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Stem, canaryChecks, stems } from "../../../lambda/functions";
import {
  BUNDLER_KEY,
  bundle,
  bundleCode,
  canaryBundle,
  compileCanaries,
} from "../../../lib/functions/bundle";

const canaries = compileCanaries();
const root = path.join(__dirname, "../../..");

describe.each(stems)("the bundle of %s", (stem) => {
  const code = bundleCode(stem);

  test("is one module that exports its handler", () => {
    expect(code).toMatch(/export\{[^}]*\bas handler\b[^}]*\}|export const handler\b/);
    expect(code).toMatch(/^import\{createRequire\}from'node:module';/);
  });

  test("contains no path of this machine", () => expect(code).not.toContain(root));
});

test("the stack trace of an error names the functions of the sources", () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "bundle-"));
  try {
    const file = path.join(dir, "health.mjs");
    writeFileSync(file, bundleCode("health"));
    const { stderr } = spawnSync(process.execPath, [file], {
      encoding: "utf8",
      env: { AWS_REGION: "us-east-1", ENVIRONMENT: "dev" },
    });
    const trace = stderr.split("\n").filter((line) => /^(Error: | +at \w+ \()/.test(line));
    expect(trace[0]).toMatch(/^Error: environment variable \w+ is missing/);
    expect(trace[1]).toMatch(/at variable .*health\.mjs/);
    expect(trace[2]).toMatch(/at createHealth .*health\.mjs/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

// Functions are bundled twice in test/scripts/bundles.test.ts and `npm run bench:bundles`.
test("scripts have the same bytes every time", () => {
  expect(compileCanaries()).toEqual(canaries);
});

test.each(canaryChecks)("the script of canary %s is CommonJS", (check) => {
  const code = canaries.get(check);
  expect(code).toMatch(/module\.exports=/);
  expect(code).not.toMatch(/^(import|export)\b/m);
  expect(code).not.toContain(root);
});

test("scripts are at the root of their archive, under the names of their handlers", async () => {
  expect(Object.keys(await canaryBundle().archive.assets)).toEqual(["health.js", "order.js"]);
});

test("a function without an entry is an error, not an empty function", () => {
  const missing = "nobody" as Stem;
  expect(() => bundle(missing)).toThrow('bundle: got "nobody"; there are orderApi, ');
});

test("every entry that Lambda loads is bundled, and nothing else", () => {
  const isLoaded = (folder: string) => (file: string) =>
    /^export const handler\b/m.test(readFileSync(path.join(root, folder, file), "utf8"));
  const loaded = (folder: string) =>
    readdirSync(path.join(root, folder))
      .filter(isLoaded(folder))
      .map((file) => path.basename(file, ".ts"));
  expect(loaded("lambda/entry").sort()).toEqual([...stems].sort());
  expect(loaded("lambda/canary/entry").sort()).toEqual([...canaryChecks].sort());
});

test("both regions get one bundle, whose hash is that of its code", async () => {
  const globals = globalThis as Record<symbol, unknown>;
  const bundler = jest.fn(() => "export const handler = 1;");
  globals[BUNDLER_KEY] = bundler;
  try {
    const first = bundle("health");
    expect(bundle("health")).toBe(first);
    expect(bundler.mock.calls).toEqual([["health"]]);
    expect(first.sha256).toBe("c7e6c54013e9f658b18e0cdbce189dcbc02a70ecfd31474de1628c503fa144d8");
    expect(Object.keys(await first.archive.assets)).toEqual(["health.mjs"]);
  } finally {
    delete globals[BUNDLER_KEY];
  }
});
