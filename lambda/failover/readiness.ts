import { isDisarmed } from "../control/rules";
import { variable } from "../runtime/env";
import type { Log } from "../runtime/log";
import type { Observation, TargetDatabase } from "./decide";
import { observeTarget, type TargetDatabaseRuntime } from "./targetDatabase";
import { READINESS_EVERY_MINUTES } from "./tunables";

const MINUTE_MS = 60_000;

/** Ticks start every minute. One in READINESS_EVERY_MINUTES reports, because RDS throttles callers. */
export function readinessIsDue(nowMs: number): boolean {
  return Math.floor(nowMs / MINUTE_MS) % READINESS_EVERY_MINUTES === 0;
}

/**
 * What would keep the standby from taking over now. Null while home is not active: then a failover
 * has happened or is in progress.
 */
export function obstaclesOf(
  control: Observation["control"],
  target: TargetDatabase | "unknown",
  home: string,
  nowMs: number,
): string[] | null {
  if (control === "unknown") return ["the ledger does not answer"];
  if (control === "malformed") return ["the control item is malformed"];
  if (control === "absent" || control.active !== home) return null;
  const obstacles: string[] = [];
  if (isDisarmed(control, nowMs)) obstacles.push("automatic failover is disarmed");
  if (target === "unknown") obstacles.push("RDS in the standby region does not answer");
  else if (target.isReady !== true) obstacles.push("the standby has no available member");
  return obstacles;
}

/**
 * Publishes whether the standby could take over. Nothing waits for it, and it never rejects. That the
 * standby's sweep runs has an alarm of its own, `orders-open-long`.
 */
export async function reportReadiness(
  runtime: TargetDatabaseRuntime,
  control: Observation["control"],
  log: Log,
): Promise<void> {
  try {
    const home = variable(runtime.env, "HOME_REGION");
    const mayMove = typeof control === "object" && control.active === home;
    const standby = variable(runtime.env, "STANDBY_REGION");
    const target = mayMove ? await observeTarget(runtime, standby, true, log) : "unknown";
    const obstacles = obstaclesOf(control, target, home, runtime.clock.nowMs());
    if (obstacles === null) return;
    const value = obstacles.length === 0 ? 0 : 1;
    log.metrics(
      "readiness for a failover",
      [{ name: "FailoverNotReady", value, unit: "Count", resolutionSeconds: 60 }],
      { obstacles },
    );
  } catch (error) {
    log.error("the readiness could not be reported", error);
  }
}
