import { Page } from "../page/server";
import { runCommand } from "../../support/cli/command";
import { type Given, OptionError, count } from "../../support/cli/options";
import { NoPython } from "../../support/cli/python";
import { EmulatorEnded } from "../emulator/emulator";
import { isFree } from "../ports";
import { type Fault, type Session, faults, startLive } from "../session";
import { type Told, isKept, play } from "../story";
import type { Entry } from "../timeline";

/**
 * `npm run live`: both regions on this machine. The exit code is 1 if an acknowledged order is missing
 * or altered, 2 for a wrong option, and 77 where there is no Python.
 */
const liveCommand = {
  line: "npm run live",
  about: "Runs both regions on this machine, with a real PostgreSQL and an emulator of AWS.",
  options: {
    fault: {
      value: "NAME",
      about: `Cause a fault, fail back, and end: ${Object.keys(faults).join(" or ")}`,
    },
    speed: { value: "N", default: "1", about: "Divide intervals and drawn times by N" },
    rate: { value: "N", default: "4", about: "Orders a second" },
    emulator: { value: "URL", about: "Use an emulator that runs already" },
    port: { value: "N", default: "8080", about: "Port of the page on the loopback" },
    seed: { value: "TEXT", default: "live", about: "Seed of the drawn times" },
  },
} as const;

const SPEED_MAX = 60;
const RATE_MAX = 100;
const PORT_MAX = 65_535;
const SKIPPED = 77;

/** Who does what here, said before anything begins. */
const parts = `
PostgreSQL 15: real, one server per region; the standby streams.
Functions: the bundles that would be deployed, in processes of the emulator, on AWS's wire protocols.
Emulator: tables, queues, topics, secrets, buckets, functions, APIs, RDS's control plane.
Drill: schedules, alarms and their actions, health checks, DNS answers, and how long Aurora takes.
Nothing of it runs on AWS.
`;

async function live(given: Given<typeof liveCommand.options>): Promise<number> {
  const fault = given.fault === undefined ? undefined : faultOf(given.fault);
  const perSecond = count("--rate", given.rate, RATE_MAX);
  const port = count("--port", given.port, PORT_MAX);
  const options = {
    speed: count("--speed", given.speed, SPEED_MAX),
    emulator: given.emulator,
    seed: given.seed,
    onStep: (step: string) => say(`- ${step}`),
  };
  if (fault === undefined && !(await isFree(port))) {
    throw new OptionError(`--port: got ${port}, which is in use; allowed is a port that is free`);
  }
  say(parts);
  let session: Session | undefined;
  let page: Page | undefined;
  try {
    session = await startLive(options);
    session.timeline.onEntry((entry) => say(lineOf(entry)));
    if (fault !== undefined) {
      return report(await Promise.race([play(session, fault, perSecond), session.ended]));
    }
    page = new Page(session);
    say(`The page: ${await page.listen(port)}. Ctrl-C ends everything.`);
    return await Promise.race([serve(session, perSecond), session.ended]);
  } catch (error) {
    if (!(error instanceof NoPython || error instanceof EmulatorEnded)) throw error;
    say(`live: ${error.message}`);
    return error instanceof NoPython ? SKIPPED : 1;
  } finally {
    page?.stop();
    await session?.stop();
  }
}

/** Places orders until this process is ended. */
async function serve(session: Session, perSecond: number): Promise<never> {
  session.load.start(perSecond);
  session.timeline.add("clients", `${perSecond} orders a second`);
  await session.armed();
  return session.ended;
}

function faultOf(name: string): Fault {
  if (name in faults) return name as Fault;
  const allowed = Object.keys(faults).join(" or ");
  throw new OptionError(`--fault: got ${name}, allowed is ${allowed}`);
}

function report({ rto, afterFault, afterFailback }: Told): number {
  const verdicts = [afterFault, afterFailback];
  say("");
  say(`RTO accepted  ${rto.accepted?.toFixed(1)} s`);
  say(`RTO settled   ${rto.settled?.toFixed(1)} s`);
  say(`acknowledged  ${afterFailback.acknowledged}`);
  say(`missing       ${Math.max(...verdicts.map(({ missing }) => missing.length))}`);
  say(`altered       ${Math.max(...verdicts.map(({ altered }) => altered.length))}`);
  return verdicts.every(isKept) ? 0 : 1;
}

function lineOf({ seconds, source, text }: Entry): string {
  const when = seconds === undefined ? "" : seconds.toFixed(1);
  return `${when.padStart(7)}  ${source.padEnd(10)}  ${text}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

void runCommand(liveCommand, live);
