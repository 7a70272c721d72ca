import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { NoPython } from "../../support/cli/python";
import { pythonWithEmulator } from "../emulator/emulator";
import { chromiumPath } from "../endToEnd/chromium";

/**
 * `npm run test:live`: the tests of the whole platform on this machine. The exit code is 77 where there
 * is no Python, so that .ci/run counts them as skipped. Without Chromium, the tests of the page are
 * skipped tests.
 */
const SKIPPED = 77;
const root = path.join(__dirname, "../..");

async function testLive(): Promise<number> {
  try {
    await pythonWithEmulator();
  } catch (error) {
    if (!(error instanceof NoPython)) throw error;
    process.stdout.write(`live: ${error.message}\n`);
    return SKIPPED;
  }
  if (chromiumPath === undefined) {
    process.stdout.write("live: there is no Chromium, so the tests of the page are skipped\n");
  }
  const jest = require.resolve("jest/bin/jest");
  const config = path.join(root, "live/endToEnd/jest.config.js");
  const args = [jest, "--config", config, "--runInBand", ...process.argv.slice(2)];
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
}

void testLive().then((code) => (process.exitCode = code));
