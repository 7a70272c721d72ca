import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import * as path from "node:path";
import { pythonWith } from "../../support/cli/python";
import { freePort } from "../ports";
import { hasEnded, killed, owned } from "../processes";

/** An emulator of AWS on the loopback. */
export interface Emulator {
  /** As `http://127.0.0.1:4566`. */
  url: string;
  name: string;
  stop: () => Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/**
 * Starts MiniStack, without this process's credentials: functions inherit the server's environment.
 * @param directory for the code of functions. No folder above it may have a package.json of type
 * `module`, or MiniStack's workers do not start.
 * @throws NoPython
 */
export async function startEmulator(account: string, directory: string): Promise<Emulator> {
  const python = await pythonWith(path.join(__dirname, "requirements.txt"));
  const port = await freePort();
  const temporary = path.join(directory, "emulator");
  mkdirSync(temporary);
  const server = owned(
    spawn(python, ["-m", "ministack"], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        // It runs functions with the first `node` on PATH.
        PATH: `${path.dirname(process.execPath)}:${process.env["PATH"]}`,
        HOME: temporary,
        TMPDIR: temporary,
        BIND_HOST: "127.0.0.1",
        GATEWAY_PORT: String(port),
        MINISTACK_ACCOUNT_ID: account,
        LOG_LEVEL: "ERROR",
      },
    }),
  );
  let output = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-4_000);
  });
  const url = `http://127.0.0.1:${port}`;
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  while (!(await isReady(`${url}/_ministack/ready`))) {
    if (hasEnded(server) || Date.now() > deadlineMs) {
      throw new Error(`live: MiniStack does not start: ${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  // Functions in mid-invocation outlive a server that is asked to end.
  return { url, name: "MiniStack", stop: () => killed(server) };
}

/**
 * An emulator that runs already. It must reach this machine's loopback, and must take the account
 * from the access key.
 * @throws Error if nothing answers there.
 */
export async function useEmulator(url: string): Promise<Emulator> {
  const trimmed = url.replace(/\/+$/, "");
  const answers = await fetch(trimmed, { signal: AbortSignal.timeout(5_000) }).catch(
    () => undefined,
  );
  if (answers === undefined) throw new Error(`live: nothing answers at ${url}; start it first`);
  return { url: trimmed, name: trimmed, stop: () => Promise.resolve() };
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  return answer?.ok === true;
}
