import { confirm } from "../../cli";
import type { Report } from "../command";
import { DrError } from "../exit";
import type { DeployedRegion } from "../deployment";
import { type Answer, type Event, actionText, send, sendUntilDone, stateOf } from "../orchestrator";
import type { Tools } from "../tools";

/** A command that changes which region is active, or whether that may happen by itself. */
export interface Change {
  event: Event;
  /** In the order in which they are asked. */
  regions: readonly DeployedRegion[];
  /** What the operator types to confirm; null for a change that does no harm. */
  confirmation: { question: string; answer: string } | null;
}

/**
 * Shows the first step that an orchestrator would take. Without `--dry-run`, asks for confirmation and sends the command until it is done.
 */
export async function change(
  tools: Tools,
  { event, regions, confirmation }: Change,
  given: { "dry-run": boolean; yes: boolean },
): Promise<Report> {
  const first = await send(tools, regions, { ...event, dryRun: true });
  if (first.action.do === "refuse" || given["dry-run"]) return report(first, given["dry-run"]);
  if (confirmation !== null && !given.yes) await announce(tools, first, confirmation);
  return report(await sendUntilDone(tools, regions, event), false);
}

async function announce(
  tools: Tools,
  first: Answer,
  { question, answer }: NonNullable<Change["confirmation"]>,
): Promise<void> {
  tools.say(`${stateOf(first.control)}; the first step would be ${actionText(first.action)}`);
  await askFor(tools, question, answer);
}

/** @throws DrError unless the operator types the answer. */
export async function askFor(tools: Tools, question: string, answer: string): Promise<void> {
  await confirm(tools.ask, question, answer).catch((error: Error) => {
    throw new DrError(`dr: ${error.message}`, "refused");
  });
}

function report(answer: Answer, isDryRun: boolean): Report {
  const { action, control, region, done } = answer;
  const label = isDryRun ? "the first step would be" : done ? "done" : "not done yet, repeat it";
  return {
    exit: exitOf(answer, isDryRun),
    text: `${stateOf(control)}\n${label}: ${actionText(action)} (orchestrator in ${region})`,
    data: answer,
  };
}

function exitOf({ action, control, done }: Answer, isDryRun: boolean): Report["exit"] {
  if (typeof control === "string") return "unknown";
  if (action.do === "refuse") return "refused";
  return done || isDryRun ? "done" : "unknown";
}
