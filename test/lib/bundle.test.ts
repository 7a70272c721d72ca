import { readdirSync } from "node:fs";
import * as path from "node:path";
import {
  BUNDLER_KEY,
  type Stem,
  bundle,
  bundleCode,
  canaryBundle,
  canaryCode,
} from "../../lib/bundle";

const stems: Stem[] = [
  "orderApi",
  "orderProcessor",
  "settlementSweep",
  "health",
  "authorizer",
  "dbMigration",
  "sentinel",
  "failoverOrchestrator",
];

describe.each(stems)("the bundle of %s", (stem) => {
  const code = bundleCode(stem);

  test("is one module that exports its handler", () => {
    expect(code).toMatch(/export\{[^}]*\bas handler\b[^}]*\}|export const handler\b/);
    expect(code).toMatch(/^import\{createRequire\}from'node:module';/);
  });

  test("names no path of this machine", () => {
    expect(code).not.toContain(path.join(__dirname, "../.."));
  });
});

test("a bundle has the same bytes every time", () => {
  expect(bundleCode("failoverOrchestrator")).toBe(bundleCode("failoverOrchestrator"));
});

test.each(["health", "order"] as const)("the script of canary %s is CommonJS", (check) => {
  const code = canaryCode(check);
  expect(code).toMatch(/module\.exports=/);
  expect(code).not.toMatch(/^(import|export)\b/m);
  expect(code).not.toContain(path.join(__dirname, "../.."));
  expect(canaryCode(check)).toBe(code);
});

test("scripts lie at the root of their archive, under the names their handlers have", async () => {
  expect(Object.keys(await canaryBundle().archive.assets)).toEqual(["health.js", "order.js"]);
});

test("an entry that does not exist is an error, not an empty function", () => {
  const missing = "nobody" as Stem;
  expect(() => bundleCode(missing)).toThrow('Could not resolve "lambda/entry/nobody.ts"');
  expect(() => bundle(missing)).toThrow('Could not resolve "lambda/entry/nobody.ts"');
});

test("every stem has its entry", () => {
  const entries = readdirSync(path.join(__dirname, "../../lambda/entry"));
  expect(entries).toEqual(expect.arrayContaining(stems.map((stem) => `${stem}.ts`)));
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
