import { Resolver } from "node:dns/promises";
import { base } from "../../lambda/entry/base";
import { http } from "../../lambda/entry/http";
import { type Clock, within } from "../../lambda/runtime/clock";
import type { CapturedProgram } from "../../support/capture/capture";
import { captureInChild } from "../../support/capture/captureInChild";
import { type Cli, askOnTerminal, cli } from "../cli";
import type { HttpAnswer, HttpRequest } from "../../lambda/runtime/runtime";
import { onInterrupt } from "./alarms/interrupts";
import { type Aws, createAws } from "./aws";
import { DrError } from "./exit";
import { memo } from "./memo";
import { type Deployment, type Source, readDeployment } from "./deployment";

/** Everything outside that a command uses. Tests hand in their own. */
export interface Tools {
  /** What is deployed. Read once; commands that need no stack never call it. */
  deployment: () => Promise<Deployment>;
  aws: Aws;
  /** What the program would make with this configuration. @throws Error if it is wrong. */
  program: (config: Record<string, string>) => Promise<CapturedProgram>;
  /** `pulumi` and `gh`. */
  cli: Cli;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  /** Prints a line of progress, on standard error so that `--json` stays readable. */
  say: (line: string) => void;
  /** Registers what must be undone if the process is interrupted; the answer withdraws it. */
  onInterrupt: (undo: () => Promise<unknown>) => () => void;
  /** Asks on the terminal. @throws Error without one. */
  ask: (question: string) => Promise<string>;
  /** The CNAME or addresses of a name, from these name servers alone. */
  resolve: (name: string, servers: readonly string[]) => Promise<string[]>;
  /** One request; a lost region does not answer. @throws NoAnswerError after a few seconds. */
  http: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** A name server that was lost with its region must not delay a status. */
const DNS_TIMEOUT_MS = 2_000;
const HTTP_TIMEOUT_MS = 5_000;

export function createTools(source: Source): Tools {
  return {
    deployment: memo(() => readDeployment(source, process.env)),
    aws: createAws(),
    program: async (config) => JSON.parse(await captureInChild({ config })) as CapturedProgram,
    cli,
    clock: base.clock,
    env: process.env,
    say: (line) => process.stderr.write(`${line}\n`),
    onInterrupt,
    ask: askOnTerminal,
    resolve: resolveFrom,
    http: (request) =>
      within(base.clock, HTTP_TIMEOUT_MS, request.url, (signal) => http(request, signal)),
  };
}

async function resolveFrom(name: string, servers: readonly string[]): Promise<string[]> {
  const usual = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 1 });
  const addresses = await Promise.any(servers.map((server) => usual.resolve4(server))).catch(() => {
    throw new DrError(`no address of ${servers.join(", ")} can be found from here`);
  });
  const authoritative = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 1 });
  authoritative.setServers(addresses);
  return authoritative.resolveCname(name).catch(() => authoritative.resolve4(name));
}
