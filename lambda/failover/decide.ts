import type { Control, How } from "./control";
import { isArmed, signOf, type Evidence } from "../detection/signs";
import { DISARM_SECONDS } from "./tunables";

/**
 * What one orchestrator knows at one moment. Every field is answered by the orchestrator's own
 * region (`control`, `evidence`), by HTTP from outside (`evidence.looks`) or by the region that
 * gains (`target`): none by the region being left, none by Route 53. Unknown is a value, not a sign.
 */
export interface Observation {
  self: string;
  home: string;
  standby: string;
  control: Control | "absent" | "unknown";
  evidence: Evidence;
  /** RDS of the region that would gain, asked in that region. */
  target: TargetDatabase | "unknown";
  command: Command | null;
  /** Only the tick creates the control item, and pages: others are woken on every slot. */
  isTick: boolean;
  memory: Memory;
}

/** The global cluster's member in the region that would gain, by that region's own RDS. */
export interface TargetDatabase {
  /** It writes, and is not being left. */
  isWriter: boolean;
  /** A failover or switchover is under way, to it or away from it: RDS takes no other call. */
  isPromoting: boolean;
  /**
   * The member is available and has an available instance. Null where nobody asked: a fence needs to
   * know, what goes on under a target does not.
   */
  isReady: boolean | null;
}

/** What this run has already done, so that a best-effort step is tried once per run. */
export interface Memory {
  sweptEpoch: number;
  repointTriedEpoch: number;
  paged: boolean;
}

/** An operator's words. `failover` goes to `to`, losing what is not replicated; `failback` waits. */
export type Command =
  { action: "failover"; to: string } | { action: "failback" | "arm" | "disarm" };

export type Action =
  | { do: "nothing"; because: string }
  | { do: "refuse"; because: string }
  | { do: "wait"; because: string }
  | { do: "create" }
  | { do: "fence"; target: string; how: How; isAutomatic: boolean; because: string }
  | { do: "promote"; target: string; how: "failover" | "switchover"; callIn: string }
  | { do: "activate"; target: string }
  | { do: "sweep"; region: string }
  | { do: "notify" }
  | { do: "repoint" }
  | { do: "page"; because: string }
  | { do: "disarm"; untilMs: number };

/** The region that would gain if something were done now: the one whose RDS is worth asking. */
export function regionToGain(
  control: Control | "absent" | "unknown",
  command: Command | null,
  home: string,
  standby: string,
): string {
  if (command?.action === "failover") return command.to;
  if (command?.action === "failback") return home;
  if (typeof control === "object" && control.target !== null) return control.target;
  return standby;
}

/** One look, one action. Pure: the same observation at the same moment gives the same action. */
export function decide(observation: Observation, nowMs: number): Action {
  const { control, command } = observation;
  if (control === "unknown") return { do: "nothing", because: "the control item is unreadable" };
  if (control === "absent") {
    return observation.isTick
      ? { do: "create" }
      : { do: "nothing", because: "no control item yet; the tick creates it" };
  }
  const commanded = command === null ? null : obey(observation, control, command, nowMs);
  if (commanded !== null) return commanded;
  if (control.target !== null) return advance(observation, control, control.target);
  if (control.active === null)
    return { do: "nothing", because: "neither active nor target is set" };
  return (
    automaticFence(observation, control, nowMs) ??
    afterActivation(observation, control, control.active)
  );
}

/** What an operator's command asks for first; null when it is on its way or done. */
function obey(
  observation: Observation,
  control: Control,
  command: Command,
  nowMs: number,
): Action | null {
  switch (command.action) {
    case "disarm": {
      const untilMs = nowMs + DISARM_SECONDS * 1000;
      const isFresh = control.disarmedUntilMs > untilMs - (DISARM_SECONDS * 1000) / 2;
      return isFresh ? { do: "nothing", because: "disarmed" } : { do: "disarm", untilMs };
    }
    case "arm":
      return control.disarmedUntilMs > nowMs
        ? { do: "disarm", untilMs: 0 }
        : { do: "nothing", because: "armed as soon as home has settled for long enough" };
    case "failover":
      return fenceTo(observation, control, command.to, "failover", "operator: failover");
    case "failback":
      if (control.target !== null && control.target !== observation.home) {
        return { do: "refuse", because: `a ${control.how} to ${control.target} is under way` };
      }
      if (observation.target === "unknown" && control.active === observation.standby) {
        return { do: "refuse", because: "a failback needs home's RDS to answer" };
      }
      return fenceTo(observation, control, observation.home, "switchover", "operator: failback");
  }
}

/** A new fence, unless `target` already is where we are or where we are going. */
function fenceTo(
  observation: Observation,
  control: Control,
  target: string,
  how: How,
  because: string,
): Action | null {
  if (control.active === target) return null;
  const isOnItsWay =
    control.target === target && (control.how === how || control.how === "failover");
  if (isOnItsWay) return null;
  if (isKnownUnready(observation)) return { do: "refuse", because: unreadyText(target) };
  return { do: "fence", target, how, isAutomatic: false, because };
}

/** Under a target no sign is asked for: the fence has decided, whoever looks goes on. */
function advance(observation: Observation, control: Control, target: string): Action {
  const database = observation.target;
  if (database === "unknown") return { do: "wait", because: `RDS in ${target} does not answer` };
  if (database.isWriter) return { do: "activate", target };
  if (control.how === "start") {
    const because = `${target} is not the writer: start calls no RDS, an operator decides`;
    return { do: mayPage(observation) ? "page" : "wait", because };
  }
  if (database.isPromoting) return { do: "wait", because: `${target} is being promoted` };
  const other = target === observation.home ? observation.standby : observation.home;
  return {
    do: "promote",
    target,
    how: control.how,
    callIn: control.how === "switchover" ? other : target,
  };
}

/** Home to standby, by the standby's own orchestrator, on two witnesses; null when nothing asks. */
function automaticFence(observation: Observation, control: Control, nowMs: number): Action | null {
  const { home, standby, self, evidence } = observation;
  if (self !== standby || control.active !== home) return null;
  const sign = signOf(control, evidence, nowMs);
  if (sign === null) return null;
  if (!isArmed(control, home, evidence.progress, nowMs)) {
    return { do: "nothing", because: `${sign}, but not armed` };
  }
  if (isKnownUnready(observation)) {
    const because = `${sign}, but ${unreadyText(standby)}`;
    // A member that is being promoted is not available either: somebody has acted meanwhile.
    const isNews = !isPromoting(observation) && mayPage(observation);
    return { do: isNews ? "page" : "nothing", because };
  }
  return { do: "fence", target: standby, how: "failover", isAutomatic: true, because: sign };
}

/** Sweep, tell, re-point: whoever finds the notice behind does it; nothing waits for the last. */
function afterActivation(observation: Observation, control: Control, active: string): Action {
  if (control.notifiedEpoch < control.epoch) {
    return observation.memory.sweptEpoch === control.epoch
      ? { do: "notify" }
      : { do: "sweep", region: active };
  }
  const mustRepoint = active === observation.standby && control.repointedEpoch < control.epoch;
  if (mustRepoint && observation.memory.repointTriedEpoch < control.epoch) return { do: "repoint" };
  return { do: "nothing", because: `${active} is active` };
}

function isKnownUnready(observation: Observation): boolean {
  return observation.target !== "unknown" && observation.target.isReady === false;
}

/** Once a run of the tick, so about once a minute. */
function mayPage({ isTick, memory }: Observation): boolean {
  return isTick && !memory.paged;
}

function isPromoting({ target }: Observation): boolean {
  return target !== "unknown" && target.isPromoting;
}

function unreadyText(region: string): string {
  return `${region} has no available member with an instance`;
}
