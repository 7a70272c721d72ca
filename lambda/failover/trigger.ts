import type { Command } from "./decide";
import { variable } from "../runtime/env";
import type { Runtime } from "../runtime/runtime";

/** Who invoked the orchestrator. */
export type Trigger = "tick" | "sentinel" | "alarm" | "operator";

/** The event of an operator. With `dryRun` the orchestrator reports its decision and does nothing. */
export type OperatorEvent = (Command | { action: "status" }) & { dryRun?: boolean };

/** Every event with an `action` is an operator's; every unknown event counts as an alarm's. */
export function triggerOf(event: unknown): Trigger {
  if (typeof event !== "object" || event === null) return "alarm";
  const { trigger, action } = event as { trigger?: unknown; action?: unknown };
  if (typeof action === "string") return "operator";
  return trigger === "tick" || trigger === "sentinel" ? trigger : "alarm";
}

/** @throws Error for an unknown action or region; it says what is allowed. */
export function parseOperator(event: unknown, { env }: Pick<Runtime, "env">): OperatorEvent {
  const regions = [variable(env, "HOME_REGION"), variable(env, "STANDBY_REGION")];
  const { action, to, dryRun } = event as { action: string; to?: string; dryRun?: unknown };
  const isDry = { dryRun: dryRun === true };
  switch (action) {
    case "failover":
      if (to === undefined || !regions.includes(to)) {
        throw new Error(`failover to "${to}": set "to" to one of ${regions.join(", ")}`);
      }
      return { action, to, ...isDry };
    case "status":
    case "failback":
    case "arm":
    case "disarm":
      return { action, ...isDry };
    default:
      throw new Error(`unknown action "${action}": use status, failover, failback, arm or disarm`);
  }
}
