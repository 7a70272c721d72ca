import {
  ARMED_AFTER_SECONDS,
  CHECKER_SPREAD_SECONDS,
  type Control,
  LATCH_FAILURES,
  LATCH_INTERVAL_SECONDS,
  LOOK_SLOT_SECONDS,
  type Progress,
} from "../../shipped";
import type { Environment } from "../../world/environment";
import type { Happening } from "../../world/happenings";
import type { Fault } from "../faults";
import { actingCall } from "../faults/crashes";
import { pathOf } from "../faults/triggers";
import { regionInDns } from "../healing";
import { expectedOf } from "../schedule";
import type { Watcher } from "./watcher";
import { isReactivation } from "./epochs";
import { controlIn, progressIn } from "../ledgerItems";

interface Fence {
  before: Control;
  after: Control;
}

/** A fence, with the item before and after it. */
function fenceIn(happening: Happening): Fence | undefined {
  if (happening.kind !== "control written") return undefined;
  const before = happening.before as unknown as Control | undefined;
  const after = happening.item as unknown as Control | undefined;
  if (before === undefined || after === undefined || after.epoch === before.epoch) return undefined;
  return isReactivation(before, after) ? undefined : { before, after };
}

const isCommanded = ({ after }: Fence): boolean => after.reason.startsWith("operator");

/** A fence that no operator asked for. */
export function automaticFence(happening: Happening): Fence | undefined {
  const fence = fenceIn(happening);
  return fence === undefined || isCommanded(fence) ? undefined : fence;
}

/** Judged by the faults and commands so far. A later one excuses nothing. */
export const onlyWhereRight: Watcher = {
  name: "no failover where none is right",
  kinds: ["fault begins", "operator", "control written"],
  watch: ({ schedule }) => {
    const begun: Fault[] = [];
    const commands = new Set<string>();
    return (happening) => {
      if (happening.kind === "operator") commands.add(`operator: ${happening.action}`);
      if (happening.kind === "fault begins") {
        const { name } = happening;
        begun.push(...schedule.faults.flatMap(({ fault }) => (fault.name === name ? fault : [])));
      }
      const fence = fenceIn(happening);
      if (fence === undefined) return undefined;
      const { target, reason } = fence.after;
      const isRight = isCommanded(fence) ? commands.has(reason) : expectedOf(begun) !== "must not";
      return isRight ? undefined : `a fence to ${target}: ${reason}`;
    };
  },
};

export const notFromStandby: Watcher = {
  name: "no automatic fence while the standby is active",
  kinds: ["control written"],
  watch:
    ({ home }) =>
    (happening) => {
      const fence = automaticFence(happening);
      if (fence === undefined || fence.before.active === home) return undefined;
      return `a fence from ${fence.before.active ?? "nowhere"} to ${fence.after.target}`;
    },
};

/**
 * Broken by a fence while an operator has disarmed the platform, or before home has settled for
 * long enough in this epoch.
 */
export const onlyWhenArmed: Watcher = {
  name: "no automatic fence unless armed",
  kinds: ["ledger written", "control written"],
  watch: ({ world, ledgerTable, home, standby }) => {
    /** By epoch. Home starts its progress anew if the item was spoilt. */
    const firstMs = new Map<number, number>();
    const note = (): Progress | undefined => {
      const progress = progressIn(world, ledgerTable, home);
      if (progress === undefined) return undefined;
      const { epoch, firstAtMs } = progress;
      firstMs.set(epoch, Math.min(firstMs.get(epoch) ?? Infinity, firstAtMs));
      return progress;
    };
    note();
    return (happening) => {
      if (happening.kind === "ledger written" && happening.pk === `progress#${home}`) note();
      const before = automaticFence(happening)?.before;
      if (before === undefined) return undefined;
      if (world.base.clockMs(standby) < before.disarmedUntilMs) return "a fence while disarmed";
      const progress = note();
      const isOfEpoch = progress?.epoch === before.epoch;
      const settledMs = isOfEpoch ? progress.lastAtMs - firstMs.get(before.epoch)! : 0;
      if (settledMs >= ARMED_AFTER_SECONDS * 1000) return undefined;
      return `a fence when home had settled for ${(settledMs / 1000).toFixed(0)} s in epoch ${before.epoch}`;
    };
  },
};

/** A fence is written up to two slots after the poll that caused it. */
const FENCE_LATE_MS = 2 * LOOK_SLOT_SECONDS * 1000;

/** Otherwise home would be fenced although no region can take over. */
export const onlyToTheReady: Watcher = {
  name: "no automatic fence for a region known not to be ready",
  watch: ({ world, standby }) => {
    let sinceMs = Infinity;
    return (happening) => {
      const status = world.rds.busy.get(standby);
      if (status !== "maintenance") sinceMs = Infinity;
      else sinceMs = Math.min(sinceMs, world.base.nowMs);
      if (automaticFence(happening)?.after.target !== standby) return undefined;
      return world.base.nowMs - sinceMs > FENCE_LATE_MS
        ? `a fence to ${standby}, whose cluster is in ${status}`
        : undefined;
    };
  },
};

/** How long after the last check of the latch DNS may follow. */
const CHECKERS_LATE_MS = (LATCH_INTERVAL_SECONDS + CHECKER_SPREAD_SECONDS) * 1000;

/** How long after a fence all checkers have seen the latch. */
const LATCH_KNOWN_MS = (LATCH_INTERVAL_SECONDS * LATCH_FAILURES + CHECKER_SPREAD_SECONDS) * 1000;

/**
 * Once DNS has left home, it returns only when home is active, about to be, or was called back a
 * moment ago. There are two exceptions. If DNS left an unhealthy home before any fence, home may
 * become healthy before the latch of a fence is known. If the standby or the ledger is lost, the
 * latch cannot be known, and home at least accepts orders.
 */
export const noFlipBack: Watcher = {
  name: "DNS does not flip back by itself",
  kinds: ["ledger blocked", "ledger ready", "control written", "dns"],
  watch: ({ world, ledgerTable, home, standby }) => {
    let isAway = regionInDns(world) === standby;
    let blindUntilMs = -Infinity;
    let homeUntilMs = -Infinity;
    let unlatchedUntilMs = -Infinity;
    return (happening) => {
      const { nowMs, network } = world.base;
      if (happening.kind === "ledger blocked" && happening.region === standby) {
        blindUntilMs = Infinity;
      }
      if (happening.kind === "ledger ready" && happening.region === standby) {
        blindUntilMs = nowMs + CHECKERS_LATE_MS;
      }
      if (isAway && happening.kind === "control written") {
        const target = (happening.item as unknown as Control | undefined)?.target;
        const before = happening.before as unknown as Control | undefined;
        if (target === standby && before?.active === home) {
          unlatchedUntilMs = nowMs + LATCH_KNOWN_MS;
        }
        if (target === home) homeUntilMs = Infinity;
        if (target === standby) homeUntilMs = Math.min(homeUntilMs, nowMs + CHECKERS_LATE_MS);
      }
      if (happening.kind !== "dns") return undefined;
      const region = regionInDns(world);
      if (region === standby) isAway = true;
      if (!isAway || region !== home) return undefined;
      const control = controlIn(world, ledgerTable);
      const isHome = (control?.target ?? control?.active) === home;
      if (isHome) isAway = false;
      const mayFollowHome = nowMs < Math.max(homeUntilMs, unlatchedUntilMs);
      homeUntilMs = -Infinity;
      return isHome || mayFollowHome || network.isLost(standby) || nowMs < blindUntilMs
        ? undefined
        : `DNS went back to ${home}, ${control?.active} is active`;
    };
  },
};

/** Judged by the faults that have begun so far, as long as home is active. */
export const throttlesMoveNoName: Watcher = {
  name: "DNS does not leave home because of a throttle",
  kinds: ["fault begins", "dns"],
  watch: ({ world, ledgerTable, schedule, home }) => {
    const begun = new Set<string>();
    return (happening) => {
      if (happening.kind === "fault begins") begun.add(happening.name);
      if (happening.kind !== "dns" || regionInDns(world) === home) return undefined;
      const faults = schedule.faults.filter(({ fault }) => begun.has(fault.name));
      const isOnlyRefused = faults.every(({ fault }) => fault.onlyRefuses === true);
      if (faults.length === 0 || !isOnlyRefused) return undefined;
      if (controlIn(world, ledgerTable)?.active !== home) return undefined;
      return `DNS answers ${regionInDns(world)}, ${home} is active`;
    };
  },
};

/**
 * From an automatic fence to the activation, neither an orchestrator nor what it invokes calls the
 * region that is being left, or Route 53: such a call could only wait. An orchestrator that has
 * taken a step does not poll home again either, unless it could not read the ledger in the last
 * slot. An operator's request to an orchestrator, such as `status` at home, is not a step of the
 * takeover.
 */
export const nothingWaitsForTheLost: Watcher = {
  name: "no step before the activation asks the region being left, or Route 53",
  watch: (scene) => {
    const { world, ledgerTable, home } = scene;
    let isUnderWay = false;
    let seen: string | undefined;
    /**
     * Each with the number of times it had been frozen: one that was frozen since may act on old
     * data.
     */
    const acting = new Map<Environment, number>();
    /**
     * An invocation that polled before the ledger could be read polls once more while it reads it.
     */
    let blindUntilMs = -Infinity;
    world.base.hooks.call.add((call) => {
      const { environment } = call;
      if (!isUnderWay || !isOfTakeover(environment)) return undefined;
      const act = actingCall(call);
      // A fence may be tried after the poll of another invocation, and may come too late.
      if (act !== undefined && act !== "fence") acting.set(environment, environment.freezes);
      const isLeft = call.region === home || call.service === "route53";
      if (isLeft && act !== "notify") seen = `${call.command} in ${call.region}`;
      return undefined;
    });
    return (happening) => {
      if (happening.kind === "ledger blocked" && happening.region === scene.standby) {
        blindUntilMs = Infinity;
      }
      if (happening.kind === "ledger ready" && happening.region === scene.standby) {
        blindUntilMs = world.base.nowMs + LOOK_SLOT_SECONDS * 1000;
      }
      if (isUnderWay && happening.kind === "asked" && world.base.nowMs > blindUntilMs) {
        const { asked, by } = happening;
        const { url, method } = asked;
        if (acting.get(by) === by.freezes && url.includes(`.${home}.`)) seen = `${method} ${url}`;
      }
      if (happening.kind === "control written") {
        const control = happening.item as unknown as Control | undefined;
        const isTakeover = control?.target === scene.standby && control.how === "failover";
        isUnderWay = isTakeover && !control.reason.startsWith("operator");
        if (happening.table !== ledgerTable) isUnderWay = false;
        if (!isUnderWay) acting.clear();
      }
      return seen;
    };
  },
};

function isOfTakeover({ description: { stem }, payload }: Environment): boolean {
  if (stem === "dbMigration") return true;
  return stem === "failoverOrchestrator" && pathOf(payload) !== undefined;
}
