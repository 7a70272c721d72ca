import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..", "..", "..");

test("where Python is missing, conform validates the rest, says what it skipped and exits with 77", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "conform-"));
  const args = ["--import", "tsx", path.join(root, "scripts", "conform", "main.ts")];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { PATH: directory, HOME: directory },
  });
  rmSync(directory, { recursive: true });
  expect(stdout).toContain(
    "conform: skipped cfn-lint, checkov, parliament, openapi-spec-validator and the service models, " +
      "because there is no Python of 3.10 or later with venv\n",
  );
  expect(status).toBe(77);
});
