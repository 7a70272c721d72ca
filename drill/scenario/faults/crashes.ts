import { keysIn } from "../../../support/dynamodb/table";
import { ALIVE_STALE_SECONDS, OBSERVE_TIMEOUT_MS } from "../../shipped";
import type { Environment } from "../../world/environment";
import type { Call } from "../../world/hooks";
import { bounds } from "../bounds";
import { aliveIn, controlIn } from "../ledgerItems";
import { type FaultKind, type Stage, type Undo, fault } from "./fault";

/** Calls by which an orchestrator acts, in the order of a takeover. */
export const actingCalls = [
  "fence",
  "promote",
  "activate",
  "activated",
  "sweep",
  "notify",
  "notified",
  "repoint",
] as const;
export type ActingCall = (typeof actingCalls)[number];

/** Whether this call reads the control item, alone or with other items. */
function readsControl({ command, input }: Call): boolean {
  const isRead = command === "GetCommand" || command === "BatchGetCommand";
  return isRead && keysIn(input, "pk").includes("control");
}

/** The act that this call carries out, or undefined for a call that only reads. */
export function actingCall({ command, input }: Call): ActingCall | undefined {
  switch (command) {
    case "PutCommand":
      return putOf(input["Item"] as { active?: unknown; notifiedEpoch?: number; epoch?: number });
    case "FailoverGlobalClusterCommand":
    case "SwitchoverGlobalClusterCommand":
      return "promote";
    case "InvokeCommand":
      return input["InvocationType"] === "Event" ? "sweep" : "activate";
    case "PublishCommand":
      return "notify";
    case "UpdateHealthCheckCommand":
      return "repoint";
    default:
      return undefined;
  }
}

function putOf(item: { active?: unknown; notifiedEpoch?: number; epoch?: number }): ActingCall {
  if (item.active === null) return "fence";
  return item.notifiedEpoch === item.epoch ? "notified" : "activated";
}

export function isOrchestratorOf({ region }: Stage, { description }: Environment): boolean {
  return description.stem === "failoverOrchestrator" && description.region === region("standby");
}

function orchestrators(stage: Stage): Environment[] {
  const { base, lambda } = stage.world;
  const standby = stage.region("standby");
  return [...base.program.functions.values()]
    .filter((each) => each.stem === "failoverOrchestrator" && each.region === standby)
    .flatMap((each) => lambda.environmentsOf(each.arn));
}

/** An orchestrator dies right after one of its acts. Optionally every orchestrator does. */
export const orchestratorKilled: FaultKind = {
  name: "orchestrator killed",
  lasts: [600, 600],
  draw: (stream) => {
    const after = stream.pick(actingCalls);
    const isAll = stream.chance(0.5);
    const times = stream.integer(1, 2);
    return fault(
      {
        name: "orchestrator killed",
        description: `${isAll ? "all orchestrators die" : "an orchestrator dies"} right after "${after}", ${times} times`,
        failover: "must not",
        bound: bounds.hampered,
      },
      (stage) => {
        let left = times;
        return [
          stage.world.base.hooks.call.add((call) => {
            if (left === 0 || !isOrchestratorOf(stage, call.environment)) return undefined;
            if (actingCall(call) !== after) return undefined;
            left--;
            stage.world.base.happened({ kind: "killed", after });
            if (isAll) {
              for (const each of orchestrators(stage)) if (each !== call.environment) each.crash();
            }
            return "die";
          }),
        ];
      },
    );
  },
};

/**
 * The orchestrator that carries out a failback dies after one of its acts. Operators repeat the
 * command.
 */
export const failbackKilled: FaultKind = {
  name: "failback killed",
  lasts: [450, 450],
  draw: (stream) => {
    const after = stream.pick(actingCalls.filter((act) => act !== "repoint"));
    return fault(
      {
        name: "failback killed",
        description: `the orchestrator that carries out a failback dies right after "${after}", once`,
        failover: "must not",
      },
      ({ world: { base } }) => {
        let isLeft = true;
        return [
          base.hooks.call.add((call) => {
            const { description, payload } = call.environment;
            const isFailback = (payload as { action?: string } | undefined)?.action === "failback";
            if (!isLeft || !isFailback || description.stem !== "failoverOrchestrator") {
              return undefined;
            }
            if (actingCall(call) !== after) return undefined;
            isLeft = false;
            base.happened({ kind: "killed", after });
            return "die";
          }),
        ];
      },
    );
  },
};

/** All running orchestrators freeze until their timeout ends them. */
export const orchestratorTimesOut: FaultKind = {
  name: "orchestrator times out",
  lasts: [160, 160],
  draw: () =>
    fault(
      {
        name: "orchestrator times out",
        description: "the orchestrators that run stand still until their timeout",
        failover: "must not",
        bound: bounds.hampered,
      },
      (stage) => {
        for (const each of orchestrators(stage)) each.freeze();
        stage.world.base.happened({ kind: "frozen", stem: "failoverOrchestrator" });
        return [];
      },
    ),
};

/** Orchestrators freeze after a poll and later continue with what they saw then. */
export const orchestratorStale: FaultKind = {
  name: "stale orchestrator",
  lasts: [300, 480],
  draw: (stream) => {
    const seconds = stream.integer(5, 100);
    const share = stream.between(0.05, 0.4);
    return fault(
      {
        name: "stale orchestrator",
        description: `orchestrators freeze for ${seconds} s after ${(share * 100).toFixed(0)} % of their reads of the control item, while others go on`,
        failover: "must not",
      },
      (stage) => {
        const chance = stage.world.base.random.stream("stale orchestrator");
        return [
          stage.world.base.hooks.call.add((call) => {
            if (!readsControl(call) || !isOrchestratorOf(stage, call.environment)) return undefined;
            if (!chance.chance(share)) return undefined;
            stage.world.base.happened({ kind: "frozen", stem: "failoverOrchestrator" });
            return { freezeMs: seconds * 1000 };
          }),
        ];
      },
    );
  },
};

/**
 * order-processor freezes between reading the control item and its insert, or before its mark. The
 * orders it holds settle late, so home continues to settle even if it no longer accepts orders. If
 * no takeover has begun by then, recovery counts from the end of this fault.
 */
export const processorFrozen: FaultKind = {
  name: "processor frozen",
  lasts: [60, 300],
  draw: (stream) => {
    const seconds = stream.integer(1, 9);
    const share = stream.between(0.1, 0.6);
    return fault(
      {
        name: "processor frozen",
        description: `order-processors freeze for ${seconds} s at ${(share * 100).toFixed(0)} % of their calls`,
        failover: "may",
        delaysSettling: true,
        slowsOrders: true,
      },
      ({ world, ledgerTable, region, recoveryBegins }) => {
        const chance = world.base.random.stream("processor frozen");
        return [
          () => {
            const home = region("home");
            const control = controlIn(world, ledgerTable);
            const alive = aliveIn(world, ledgerTable, home);
            const silentMs = world.base.nowMs - (alive?.atMs ?? -Infinity);
            const isAlive = silentMs <= ALIVE_STALE_SECONDS * 1000;
            if (control?.active === home && isAlive) recoveryBegins();
          },
          world.base.hooks.call.add(({ environment }) => {
            if (environment.description.stem !== "orderProcessor") return undefined;
            if (!chance.chance(share)) return undefined;
            world.base.happened({ kind: "frozen", stem: "orderProcessor" });
            return { freezeMs: seconds * 1000 };
          }),
        ];
      },
    );
  },
};

/** Shorter than the timeout of a read, which would otherwise fire first and fail the batch. */
const STALE_MS: readonly [low: number, high: number] = [800, OBSERVE_TIMEOUT_MS - 100];

/** order-processor pauses between its read of the control item and its commit. */
export const processorStale: FaultKind = {
  name: "processor stale",
  lasts: [60, 300],
  draw: (stream) => {
    const freezeMs = stream.integer(...STALE_MS);
    const share = stream.between(0.5, 1);
    return fault(
      {
        name: "processor stale",
        description: `order-processors stand still for ${freezeMs} ms after ${(share * 100).toFixed(0)} % of their reads of the control item`,
        failover: "must not",
        delaysSettling: true,
      },
      (stage) => [standStill(stage, "processor stale", freezeMs, share)],
    );
  },
};

/** Just below the timeouts of a read and of a connection. */
const NEARLY_ALL_MS: readonly [low: number, high: number] = [1_500, STALE_MS[1]];

/** A batch takes as long as the timeouts allow from its read of the control item to its insert. */
export const processorLate: FaultKind = {
  name: "processor late",
  lasts: [60, 300],
  draw: (stream) => {
    const freezeMs = stream.integer(...NEARLY_ALL_MS);
    const connectMs = stream.integer(...NEARLY_ALL_MS);
    return fault(
      {
        name: "processor late",
        description: `order-processors stand still for ${freezeMs} ms after their reads of the control item, and wait ${connectMs} ms for their connections`,
        failover: "must not",
        delaysSettling: true,
      },
      (stage) => [
        standStill(stage, "processor late", freezeMs, 1),
        stage.world.base.hooks.connect.add(({ stem }) =>
          stem === "orderProcessor" ? { delayMs: connectMs } : undefined,
        ),
      ],
    );
  },
};

function standStill(
  { world: { base } }: Stage,
  name: string,
  freezeMs: number,
  share: number,
): Undo {
  const chance = base.random.stream(name);
  return base.hooks.call.add((call) => {
    const isProcessor = call.environment.description.stem === "orderProcessor";
    if (!isProcessor || !readsControl(call) || !chance.chance(share)) return undefined;
    base.happened({ kind: "frozen", stem: "orderProcessor" });
    return { freezeMs };
  });
}
