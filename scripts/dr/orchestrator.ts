import { InvokeCommand } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import { sleep, within } from "../../lambda/runtime/clock";
import { explain, isSilence } from "./aws";
import { DrError } from "./exit";
import type { DeployedRegion, Deployment } from "./deployment";
import type { Tools } from "./tools";

/** What an operator may send (docs/runbook.md). */
export type Event =
  | { action: "status" | "failback" | "arm" | "disarm"; dryRun?: boolean }
  | { action: "failover"; to: string; dryRun?: boolean };

const controlSchema = z.object({
  epoch: z.number(),
  active: z.nullable(z.string()),
  target: z.nullable(z.string()),
  how: z.string(),
  sinceMs: z.number(),
  disarmedUntilMs: z.number(),
  reason: z.string(),
});
const outcomeSchema = z.object({
  done: z.boolean(),
  action: z.looseObject({ do: z.string(), because: z.optional(z.string()) }),
  control: z.union([z.enum(["absent", "malformed", "unknown"]), controlSchema]),
});

/** What the orchestrator answers. */
export type Outcome = z.infer<typeof outcomeSchema>;
export type SeenControl = Outcome["control"];

/** An orchestrator's answer, and the region it runs in. */
export interface Answer extends Outcome {
  region: string;
}

/**
 * Sends an event to the first of these regions whose orchestrator answers and can read the ledger.
 * @throws DrError if none does.
 */
export async function send(
  tools: Tools,
  regions: readonly DeployedRegion[],
  event: Event,
): Promise<Answer> {
  const problems: string[] = [];
  let blind: Answer | null = null;
  for (const region of regions) {
    try {
      const answer = await invoke(tools, region, event);
      if (answer.control !== "unknown") return answer;
      blind = answer;
      problems.push(`${region.name}: its ledger does not answer`);
    } catch (error) {
      if (error instanceof DrError) throw error;
      problems.push(`${region.name}: ${explain(error)}`);
      // Only silence leads to the other region: a refusal would be the same there.
      if (!isSilence(error)) break;
    }
  }
  if (blind !== null) return blind;
  throw new DrError(`dr: no orchestrator has answered; ${problems.join("; ")}`);
}

/** An orchestrator that changes nothing answers within seconds; one that acts takes minutes. */
const QUESTION_TIMEOUT_MS = 20_000;

async function invoke(
  { aws, clock }: Tools,
  region: DeployedRegion,
  event: Event,
): Promise<Answer> {
  const Payload = Buffer.from(JSON.stringify(event));
  const FunctionName = region.orchestratorArn;
  const call = async (abortSignal?: AbortSignal) =>
    aws.lambda(region.name).send(new InvokeCommand({ FunctionName, Payload }), { abortSignal });
  const isQuestion = event.action === "status" || event.dryRun === true;
  const answer = await (isQuestion
    ? within(clock, QUESTION_TIMEOUT_MS, "the orchestrator", call)
    : call());
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError !== undefined) {
    throw new DrError(`dr: the orchestrator in ${region.name} fails: ${text}; read its log group`);
  }
  const parsed = outcomeSchema.safeParse(parseJson(text));
  if (parsed.success) return { ...parsed.data, region: region.name };
  throw new DrError(
    `dr: the orchestrator in ${region.name} answered "${text}"; is it this version?`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A failover takes minutes, a switchover waits for replication; then an operator must look. */
const PATIENCE_MS = 60 * 60_000;
const REPEAT_AFTER_MS = 2_000;
/** How often the state is asked for meanwhile: an invocation answers at its end. */
const PROGRESS_EVERY_MS = 3_000;

/**
 * Sends a command until its orchestrator answers that nothing is left to do. Prints every new state.
 * @returns the last answer, whose `done` is false if an hour was not enough.
 */
export async function sendUntilDone(
  tools: Tools,
  regions: readonly DeployedRegion[],
  event: Event,
): Promise<Answer> {
  const { clock, say } = tools;
  const deadlineMs = clock.nowMs() + PATIENCE_MS;
  let said = "";
  const tell = ({ control, action }: Answer) => {
    const state = `${stateOf(control)}; ${actionText(action)}`;
    if (state !== said) say(`dr: ${(said = state)}`);
  };
  for (; ; await sleep(clock, REPEAT_AFTER_MS)) {
    const answer = await meanwhile(tools, regions, tell, () => send(tools, regions, event));
    tell(answer);
    if (answer.done || clock.nowMs() >= deadlineMs) return answer;
  }
}

/** Tells the state again and again until the work is done. */
async function meanwhile<Value>(
  tools: Tools,
  regions: readonly DeployedRegion[],
  tell: (answer: Answer) => void,
  work: () => Promise<Value>,
): Promise<Value> {
  let isOver = false;
  let cancel = () => {};
  const ask = async () => {
    const [answer] = await Promise.allSettled([send(tools, regions, { action: "status" })]);
    if (isOver) return;
    if (answer.status === "fulfilled") tell(answer.value);
    wait();
  };
  const wait = () => void (cancel = tools.clock.timer(PROGRESS_EVERY_MS, () => void ask()));
  wait();
  try {
    return await work();
  } finally {
    isOver = true;
    cancel();
  }
}

/** The state in a few words. */
export function stateOf(control: SeenControl): string {
  if (control === "absent") return "there is no control item yet";
  if (control === "malformed") return "the control item is malformed";
  if (control === "unknown") return "the ledger does not answer";
  const { active, target, how, epoch } = control;
  if (active !== null) return `${active} is active (epoch ${epoch})`;
  return `a ${how} to ${target} is in progress (epoch ${epoch})`;
}

export function actionText(action: Outcome["action"]): string {
  return action.because === undefined ? action.do : `${action.do}: ${action.because}`;
}

/** The regions in the order in which a command to move to `to` asks them: the target first. */
export function targetFirst({ regions }: Deployment, to: string): DeployedRegion[] {
  const both = [regions.standby, regions.home];
  const target = both.find(({ name }) => name === to);
  if (target === undefined) {
    const allowed = both.map(({ name }) => name).join(" or ");
    throw new DrError(`dr: got the region "${to}"; allowed is ${allowed}`, "usage");
  }
  return [target, ...both.filter((region) => region !== target)];
}
