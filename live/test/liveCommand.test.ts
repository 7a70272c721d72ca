import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import * as path from "node:path";

const command = path.join(__dirname, "../commands/live.ts");

/** Runs `npm run live` without npm, to its end. */
function live(args: readonly string[], PATH = process.env["PATH"]) {
  const all = ["--import", "tsx", command, ...args];
  const env = { ...process.env, PATH };
  return spawnSync(process.execPath, all, { encoding: "utf8", env });
}

test("a fault that it does not know is refused with those that it knows", () => {
  const { status, stderr } = live(["--fault", "fire"]);
  expect([status, stderr]).toEqual([2, "--fault: got fire, allowed is region or database\n"]);
});

test("a port in use is refused before anything is started", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { status, stdout, stderr } = live(["--port", String(port)]);
  other.close();
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toBe(`--port: got ${port}, which is in use; allowed is a port that is free\n`);
});

test("an emulator that does not answer is refused in one line", () => {
  const { status, stderr } = live(["--fault", "region", "--emulator", "http://127.0.0.1:9"]);
  expect([status, stderr]).toEqual([
    2,
    "--emulator: got http://127.0.0.1:9, where nothing answers; " +
      "allowed is a running emulator, as http://127.0.0.1:4566\n",
  ]);
});

test("without Python it says so in one line, and counts as skipped", () => {
  const { status, stdout, stderr } = live(["--fault", "region"], "/nowhere");
  expect([status, stderr]).toEqual([77, ""]);
  expect(stdout).toMatch(/\nlive: there is no Python of 3.10 or later with venv\n$/);
});
