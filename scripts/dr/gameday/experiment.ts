import { sleep } from "../../../lambda/runtime/clock";
import { Undo } from "../alarms/undo";
import { DrError } from "../exit";
import { fact } from "../fact";
import type { Tools } from "../tools";
import { Fis, type FisExperiment, hasEnded } from "./fis";

const POLL_MS = 10_000;
/** AWS FIS resolves targets before an experiment, and takes back what it changed after it. */
const OVERHEAD_MINUTES = 15;

/** How an experiment has ended, in AWS FIS's words; `unfinished` is ours. */
export interface Ending {
  id: string;
  status: string;
  reason: string;
}

/** What is started, and how long its fault lasts. */
export interface Start {
  region: string;
  templateId: string;
  minutes: number | null;
}

/**
 * Starts an experiment and follows it to its end. It is stopped if the process is interrupted, if it
 * does not end in time, and after an error.
 * @param poll called every ten seconds. Its errors end nothing.
 * @throws DrError that says whether the experiment was stopped.
 */
export async function runExperiment(
  tools: Tools,
  start: Start,
  poll: () => Promise<void>,
): Promise<Ending> {
  const undo = new Undo();
  const withdraw = tools.onInterrupt(() => undo.all());
  const outcome = await fact(() => follow(tools, start, undo, poll));
  const problems = await undo.all();
  withdraw();
  if (problems.length > 0) {
    const where = `AWS FIS in ${start.region}, template ${start.templateId}`;
    throw new DrError(`dr: the experiment may still run (${problems.join("; ")}): ${where}`);
  }
  if ("problem" in outcome) throw new DrError(`dr: ${outcome.problem}; no experiment runs`);
  return outcome.value;
}

async function follow(
  tools: Tools,
  { region, templateId, minutes }: Start,
  undo: Undo,
  poll: () => Promise<void>,
): Promise<Ending> {
  const { clock, say } = tools;
  const fis = new Fis(tools.aws.fis(region));
  let isOver = false;
  const { id } = await undo.do(
    () => fis.start(templateId),
    async (done) => {
      if (isOver) return;
      // The answer to the start may have been lost.
      const ids = done === undefined ? await fis.running(templateId) : [done.id];
      await Promise.all(ids.map((each) => fis.stop(each)));
    },
  );
  const deadlineMs = clock.nowMs() + ((minutes ?? 0) + OVERHEAD_MINUTES) * 60_000;
  for (let said = ""; ; await sleep(clock, POLL_MS)) {
    const experiment = await fis.experiment(id);
    const now = textOf(experiment);
    if (now !== said) say(`dr: experiment ${id}: ${(said = now)}`);
    isOver = hasEnded(experiment);
    if (isOver) {
      const { status, reason = "no reason given" } = experiment.state;
      return { id, status, reason };
    }
    if (clock.nowMs() >= deadlineMs) {
      return { id, status: "unfinished", reason: `it did not end in time (${now})` };
    }
    await fact(poll);
  }
}

function textOf({ state, actions }: FisExperiment): string {
  const parts = Object.entries(actions).map(
    ([name, action]) => `${name} ${action.state?.status ?? "not known"}`,
  );
  return [state.status, ...parts].join(", ");
}
