import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Outcome } from "../lambda/handlers/failoverOrchestrator";
import { cli, type Cli } from "./cli";
import { outputsOf, regionOf } from "./stacks";

export type LambdaSender = Pick<LambdaClient, "send">;

export interface DisarmPorts {
  cli: Cli;
  lambda: (region: string) => LambdaSender;
  nowMs: () => number;
}

export const disarmPorts: DisarmPorts = {
  cli,
  lambda: (region) => new LambdaClient({ region }),
  nowMs: () => Date.now(),
};

/**
 * Asks a stack's orchestrator not to fail over for a while, so that a deployment does not look like
 * an outage. Says what holds now.
 * @throws Error while a takeover is under way, or where it is not known whether it is disarmed.
 */
export async function disarm(ports: DisarmPorts, stack: string): Promise<string> {
  const arn = outputsOf(ports.cli, stack)["failoverFunctionArn"];
  if (typeof arn !== "string") return "no orchestrator yet: nothing to disarm";
  const answer = await invoke(ports.lambda(regionOf(arn)), arn);
  if (answer === null) return "the orchestrator is gone: nothing to disarm";
  const text = Buffer.from(answer.Payload ?? []).toString();
  // The fix for a function that cannot run may be what is deployed; and one that cannot run does
  // not fail over.
  if (answer.FunctionError !== undefined) return `the orchestrator fails by itself: ${text}`;
  return whatHolds(JSON.parse(text) as Outcome, ports.nowMs());
}

async function invoke(lambda: LambdaSender, arn: string) {
  const Payload = Buffer.from(JSON.stringify({ action: "disarm" }));
  try {
    return await lambda.send(new InvokeCommand({ FunctionName: arn, Payload }));
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return null;
    throw error;
  }
}

function whatHolds({ action, control }: Outcome, nowMs: number): string {
  if (control === "absent") return "no control item yet: nothing is armed";
  if (control === "unknown" || control === "malformed") {
    throw new Error(`not disarmed: ${JSON.stringify(action)}; try again when the ledger answers`);
  }
  if (control.target !== null && control.how !== "start") {
    throw new Error(
      `a ${control.how} to ${control.target} is under way; deploy when "status" says it is done, ` +
        "or, where the fix for it is what you deploy, run `pulumi up` yourself",
    );
  }
  if (control.disarmedUntilMs <= nowMs) {
    throw new Error(`not disarmed: ${JSON.stringify(action)}; nothing was changed, try again`);
  }
  return `disarmed until ${new Date(control.disarmedUntilMs).toISOString()}`;
}
