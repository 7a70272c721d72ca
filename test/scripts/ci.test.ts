import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { loadProgram } from "../helpers/program";

const root = path.join(__dirname, "..", "..");
const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "ci-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

test("the gate, the workflows and the functions use the same Node", async () => {
  const program = await loadProgram();
  const runtimes = program.all("lambda/function").map(({ inputs }) => inputs.runtime);
  const [, gate] = /^NODE_VERSION=(\d+)\./m.exec(textOf(".ci/run")) ?? [];
  const major = textOf(".nvmrc").trim();
  expect(gate).toBe(major);
  expect(new Set(runtimes)).toEqual(new Set([`nodejs${major}.x`]));
});

const noEngine = "engine: skipped, because there is neither pulumi nor Go to build it with\n";

test.each([
  ["lintWorkflows.sh", "workflows: skipped, because there is no Go to build actionlint with\n"],
  ["engine.sh", noEngine],
  ["engineTeardown.sh", noEngine],
  ["engineScenarios.sh", noEngine],
  ["engineUpgrade.sh", noEngine],
])("%s exits with 77 and says why where its tools are missing", (script, said) => {
  for (const program of ["bash", "dirname"]) {
    const found = spawnSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
    symlinkSync(found.stdout.trim(), path.join(directory, program));
  }
  const done = spawnSync(path.join(directory, "bash"), [path.join(root, "scripts", script)], {
    encoding: "utf8",
    env: { PATH: directory },
  });
  expect(done).toMatchObject({ status: 77, stdout: said });
});

test("the tests of the part live are counted, so that those without a browser show as skipped", () => {
  const [, command] = /^live\(\) { (.+); }$/m.exec(textOf(".ci/run"))!;
  expect(command).toContain('--json --outputFile="$results/live.json"');
  expect(textOf(".ci/run")).toMatch(/^part "live" live$/m);
});

describe("the gate's last line", () => {
  const results = { numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };

  function count(
    files: readonly object[],
    parts: readonly [failed: number, skipped: number],
    env: Record<string, string> = {},
  ) {
    files.forEach((file, index) =>
      writeFileSync(
        path.join(directory, `${index}.json`),
        JSON.stringify({ ...results, numPendingTests: 0, numTodoTests: 0, ...file }),
      ),
    );
    const { stdout, status } = spawnSync(
      process.execPath,
      [path.join(root, ".ci/count.mjs"), directory, ...parts.map(String)],
      { encoding: "utf8", env: { PATH: process.env["PATH"], ...env } },
    );
    return [stdout, status];
  }

  test("adds up the tests of all runs", () => {
    expect(count([{}, { numPassedTests: 4 }], [0, 0])).toEqual([
      "7 passed, 0 failed, 0 skipped\n",
      0,
    ]);
  });

  test("counts a failed part, and the gate fails", () => {
    expect(count([{}], [1, 0])).toEqual(["3 passed, 1 failed, 0 skipped\n", 1]);
  });

  test("counts failed tests and suites that did not load, and the gate fails", () => {
    const broken = { numFailedTests: 2, numRuntimeErrorTestSuites: 1 };
    expect(count([broken], [0, 0])).toEqual(["3 passed, 3 failed, 0 skipped\n", 1]);
  });

  test("counts what was skipped, and the gate passes unless CI_STRICT is 1", () => {
    const part = [{ numPendingTests: 1 }];
    expect(count(part, [0, 2])).toEqual(["3 passed, 0 failed, 3 skipped\n", 0]);
    expect(count(part, [0, 2], { CI_STRICT: "1" })).toEqual(["3 passed, 0 failed, 3 skipped\n", 1]);
  });

  test("fails where no test ran at all", () => {
    expect(count([], [0, 0])).toEqual(["0 passed, 1 failed, 0 skipped\n", 1]);
  });
});
