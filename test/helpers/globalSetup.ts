import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { join } from "node:path";

/** Starts a server that ends with this run. @returns its port */
async function serve(file: string): Promise<string> {
  const server = spawn(process.execPath, ["--import", "tsx", join(__dirname, file)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [port] = (await once(server.stdout, "data")) as [Buffer];
  server.stdout.resume();
  // None of it keeps jest from ending.
  for (const each of [server, server.stdin as Socket, server.stdout as Socket]) each.unref();
  return port.toString().trim();
}

/** Starts what makes captures of the program, and what plays outages, for every test file. */
export default async function start(): Promise<void> {
  process.env["CAPTURE_PORT"] = await serve("../../support/capture/captureServer.ts");
  process.env["PLAY_PORT"] = await serve("../../drill/test/playing/server.ts");
}
