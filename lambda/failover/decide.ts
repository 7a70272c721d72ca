import type { Control, How, SeenControl } from "../control/control";
import { isArmed, signOf, type Evidence } from "../detection/evidence";
import { isDisarmed } from "../control/rules";
import { DISARM_SECONDS } from "../control/tunables";

/**
 * What one orchestrator knows at one moment. `control` and `evidence` come from its own region, the
 * probe results in `evidence` from HTTP requests, and `target` from the region that takes over. No
 * field depends on the region that is failing or on Route 53. `unknown` is never a sign of an outage.
 */
export interface Observation {
  self: string;
  home: string;
  standby: string;
  control: SeenControl;
  evidence: Evidence;
  /** The database of the region that takes over, or would take over. */
  target: TargetDatabase | "unknown";
  command: Command | null;
  /**
   * True for the scheduled invocation. Only it creates the control item and pages an operator:
   * during an outage the sentinel starts an invocation on every slot.
   */
  isTick: boolean;
  memory: Memory;
}

/** The global cluster's member in a region, as RDS in that region describes it. */
export interface TargetDatabase {
  /** It is the writer, and no other member is being promoted. */
  isWriter: boolean;
  /** A failover or switchover is in progress, to it or away from it. RDS accepts no other call then. */
  isPromoting: boolean;
  /** The member and one of its instances are available. Null if not read: only a fence needs it. */
  isReady: boolean | null;
}

/** What this invocation has done already. Best-effort steps are tried once per invocation. */
export interface Memory {
  sweptEpoch: number;
  repointTriedEpoch: number;
  paged: boolean;
  /**
   * The epoch that the active region's database had while the control item had this version. Only the
   * tick asks, and only if no settled order is recorded under the control item's epoch.
   */
  database: { version: number; epoch: number } | null;
}

export const noMemory: Readonly<Memory> = {
  sweptEpoch: 0,
  repointTriedEpoch: 0,
  paged: false,
  database: null,
};

/**
 * A command of an operator. `failover` makes the region `to` active and can lose rows that are not
 * replicated. `failback` makes home active and waits until all rows are replicated.
 */
export type Command =
  { action: "failover"; to: string } | { action: "failback" | "arm" | "disarm" };

export type Action =
  | { do: "nothing"; because: string }
  | { do: "refuse"; because: string }
  | { do: "wait"; because: string }
  | { do: "create"; target: string; because: string }
  | { do: "fence"; target: string; how: How; isAutomatic: boolean; because: string }
  | { do: "reactivate"; databaseEpoch: number; because: string }
  | { do: "promote"; target: string; how: "failover" | "switchover"; callIn: string }
  | { do: "activate"; target: string }
  | { do: "sweep"; region: string }
  | { do: "notify" }
  | { do: "repoint" }
  | { do: "page"; because: string }
  | { do: "disarm"; untilMs: number };

/** The region that takes over, or would take over if a failover began now. */
export function takeoverRegion(
  control: SeenControl,
  command: Command | null,
  home: string,
  standby: string,
): string {
  if (command?.action === "failover") return command.to;
  if (command?.action === "failback") return home;
  if (typeof control === "object" && control.target !== null) return control.target;
  return standby;
}

/** Returns the next action. Pure: the result depends on the arguments only. */
export function decide(observation: Observation, nowMs: number): Action {
  const { control, command } = observation;
  if (control === "unknown")
    return { do: "nothing", because: "the control item could not be read" };
  if (control === "absent" || control === "malformed") return create(observation, control);
  const commanded = command === null ? null : obey(observation, control, command, nowMs);
  if (commanded !== null) return commanded;
  if (control.target !== null) return advance(observation, control, control.target);
  return (
    reactivation(observation, control) ??
    automaticFence(observation, control, nowMs) ??
    afterActivation(observation, control, control.active!)
  );
}

/**
 * Makes the control item, or makes it anew, for the region whose database is the writer. `target` is
 * the standby's database here.
 */
function create(
  { isTick, target, home, standby }: Observation,
  control: "absent" | "malformed",
): Action {
  const because = `the control item is ${control}`;
  if (!isTick) return { do: "nothing", because: `${because}; the tick creates it` };
  if (target === "unknown") {
    return { do: "nothing", because: `${because}, and RDS in ${standby} does not answer` };
  }
  if (target.isPromoting) {
    return { do: "nothing", because: `${because}, and a region is being promoted` };
  }
  return { do: "create", target: target.isWriter ? standby : home, because };
}

/** The action that a command needs, or null if it is done or in progress. */
function obey(
  observation: Observation,
  control: Control,
  command: Command,
  nowMs: number,
): Action | null {
  switch (command.action) {
    case "disarm": {
      const untilMs = nowMs + DISARM_SECONDS * 1000;
      const isFresh =
        isDisarmed(control, nowMs) &&
        control.disarmedUntilMs > untilMs - (DISARM_SECONDS * 1000) / 2;
      return isFresh ? { do: "nothing", because: "disarmed" } : { do: "disarm", untilMs };
    }
    case "arm":
      return control.disarmedUntilMs > nowMs
        ? { do: "disarm", untilMs: 0 }
        : { do: "nothing", because: "not disarmed; armed once home has settled for long enough" };
    case "failover":
      return fenceTo(observation, control, command.to, "failover", "operator: failover");
    case "failback":
      if (control.target !== null && control.target !== observation.home) {
        return { do: "refuse", because: `a ${control.how} to ${control.target} is in progress` };
      }
      if (observation.target === "unknown" && control.active === observation.standby) {
        return {
          do: "refuse",
          because: "RDS in the home region does not answer, and a failback needs it",
        };
      }
      return fenceTo(observation, control, observation.home, "switchover", "operator: failback");
  }
}

/** A new fence, or null if the target is active or taking over already. */
function fenceTo(
  observation: Observation,
  control: Control,
  target: string,
  how: How,
  because: string,
): Action | null {
  if (control.active === target) return null;
  const isInProgress =
    control.target === target && (control.how === how || control.how === "failover");
  if (isInProgress) return null;
  if (isKnownUnready(observation)) return { do: "refuse", because: unreadyText(target) };
  return { do: "fence", target, how, isAutomatic: false, because };
}

/** The next step of a takeover. The fence has decided, so no sign of an outage is needed any more. */
function advance(observation: Observation, control: Control, target: string): Action {
  const database = observation.target;
  if (database === "unknown") return { do: "wait", because: `RDS in ${target} does not answer` };
  if (database.isWriter) return { do: "activate", target };
  if (control.how === "start") {
    const because = `${target} is not the writer; the first start calls no RDS, so an operator must decide`;
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

/**
 * Activates the active region again if its database has another epoch than the control item: the
 * database then refuses every order. Null if the epochs agree or are not known.
 */
function reactivation({ memory: { database } }: Observation, control: Control): Action | null {
  // Under another version the database may have been raised meanwhile.
  if (database === null || database.version !== control.version) return null;
  if (database.epoch === control.epoch) return null;
  return {
    do: "reactivate",
    databaseEpoch: database.epoch,
    because: `the database has epoch ${database.epoch}, not ${control.epoch}`,
  };
}

/**
 * Fails over from home to the standby if both witnesses agree; null if there is no sign. Only the
 * standby's orchestrator does this: home cannot judge its own outage.
 */
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
    // A member that is being promoted is unavailable too: another invocation has acted meanwhile.
    const needsOperator = !isPromoting(observation) && mayPage(observation);
    return { do: needsOperator ? "page" : "nothing", because };
  }
  return { do: "fence", target: standby, how: "failover", isAutomatic: true, because: sign };
}

/** After an activation: sweep, publish, update the health check. Any orchestrator may do it. */
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

/** One page per scheduled invocation, so about one a minute. */
function mayPage({ isTick, memory }: Observation): boolean {
  return isTick && !memory.paged;
}

function isPromoting({ target }: Observation): boolean {
  return target !== "unknown" && target.isPromoting;
}

function unreadyText(region: string): string {
  return `${region} has no available member with an instance`;
}
