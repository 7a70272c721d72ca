import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { join } from "node:path";

/** Starts what makes captures for every test file of this run; it ends with the run. */
export default async function start(): Promise<void> {
  const file = join(__dirname, "captureServer.ts");
  const server = spawn(process.execPath, ["--import", "tsx", file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [port] = (await once(server.stdout, "data")) as [Buffer];
  process.env["CAPTURE_PORT"] = port.toString().trim();
  server.stdout.resume();
  // None of it keeps jest from ending.
  for (const each of [server, server.stdin as Socket, server.stdout as Socket]) each.unref();
}
