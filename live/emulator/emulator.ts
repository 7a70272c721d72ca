import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import * as path from "node:path";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { OptionError } from "../../support/cli/options";
import { pythonWith } from "../../support/cli/python";
import { freePort } from "../ports";
import { hasEnded, killed, owned } from "../processes";
import { clientsOf } from "./clients";

/** An emulator of AWS on the loopback. */
export interface Emulator {
  /** As `http://127.0.0.1:4566`. */
  url: string;
  /** What it printed last, if it has ended by itself. */
  lastWords: () => string | undefined;
  stop: () => Promise<void>;
}

/** Why nothing can go on any more, in one line. */
export class EmulatorEnded extends Error {
  override readonly name = "EmulatorEnded";

  constructor({ url, lastWords }: Emulator, silentMs = 0) {
    const words = lastWords();
    const silence = `has not answered for ${Math.round(silentMs / 1000)} s`;
    const how = words === undefined ? silence : `has ended${words === "" ? "" : `: ${words}`}`;
    super(`the emulator at ${url} ${how}`);
  }
}

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const ANSWER_TIMEOUT_MS = 5_000;
const REGION = "us-east-1";

/**
 * Returns what starts an emulator in a folder, or finds the one that runs already.
 * @throws NoPython, or OptionError if no empty emulator answers there
 */
export async function prepareEmulator(
  url: string | undefined,
  account: string,
  onStep: (step: string) => void,
): Promise<(directory: string) => Promise<Emulator>> {
  if (url !== undefined) {
    onStep(`looking for the emulator at ${url}; what is created in it stays there`);
    const emulator = await useEmulator(url, account);
    return () => Promise.resolve(emulator);
  }
  onStep("looking for MiniStack: the first time, it is installed from PyPI outside the repository");
  const python = await pythonWithEmulator();
  return (directory) => startEmulator(python, account, directory);
}

/** The Python that has MiniStack. The first time, it is installed. @throws NoPython */
export const pythonWithEmulator = (): Promise<string> =>
  pythonWith(path.join(__dirname, "requirements.txt"));

/**
 * Starts MiniStack, without this process's credentials: functions inherit the server's environment.
 * @param directory for the code of functions. No folder above it may have a package.json of type
 * `module`, or MiniStack's workers do not start.
 */
async function startEmulator(
  python: string,
  account: string,
  directory: string,
): Promise<Emulator> {
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
  const stop = () => killed(server);
  return { url, lastWords: () => (hasEnded(server) ? output.trim() : undefined), stop };
}

/**
 * An emulator that runs already. It must reach this machine's loopback, and must take the account
 * from the access key.
 * @throws OptionError if no empty emulator answers there.
 */
export async function useEmulator(url: string, account: string): Promise<Emulator> {
  const trimmed = url.replace(/\/+$/, "");
  const identity = await identityAt(trimmed, account).catch(() => undefined);
  const refused = (found: string, allowed: string) =>
    new OptionError(`--emulator: got ${url}, ${found}; allowed is ${allowed}`);
  if (identity === undefined) {
    throw refused("where nothing answers", "a running emulator, as http://127.0.0.1:4566");
  }
  if (!identity.includes(`<Account>${account}</Account>`)) {
    const found = `where GetCallerIdentity does not answer with account ${account}`;
    throw refused(found, "an emulator of AWS that takes the account from the access key");
  }
  const { dynamodb } = clientsOf(trimmed, REGION, account);
  const { TableNames: [table] = [] } = await dynamodb.send(new ListTablesCommand({}));
  if (table !== undefined) {
    throw refused(`which has the table ${table}`, "an empty emulator: start it anew");
  }
  return { url: trimmed, lastWords: () => undefined, stop: () => Promise.resolve() };
}

/** What the emulator answers to the question who asks. */
async function identityAt(url: string, account: string): Promise<string> {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const scope = `${account}/${day}/${REGION}/sts/aws4_request`;
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  return answer.text();
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  return answer?.ok === true;
}
