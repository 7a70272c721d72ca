import {
  ARMED_AFTER_SECONDS,
  CHECKER_SPREAD_SECONDS,
  type Control,
  LATCH_FAILURES,
  LATCH_INTERVAL_SECONDS,
  LOOK_SLOT_SECONDS,
} from "../../shipped";
import type { Environment } from "../../world/environment";
import type { Happening } from "../../world/happenings";
import type { Fault } from "../faults";
import { actingCall } from "../faults/crashes";
import { pathOf } from "../faults/triggers";
import { regionInDns } from "../healing";
import { expectedOf } from "../schedule";
import type { Watcher } from "./watcher";
import { controlIn, progressIn } from "../ledgerItems";

/** A fence that no operator asked for: the item before and after it. */
export function automaticFence(
  happening: Happening,
): { before: Control; after: Control } | undefined {
  if (happening.kind !== "control written") return undefined;
  const before = happening.before as unknown as Control | undefined;
  const after = happening.item as unknown as Control | undefined;
  if (before === undefined || after === undefined || after.epoch === before.epoch) return undefined;
  return after.reason.startsWith("operator") ? undefined : { before, after };
}

/** Judged by the faults that have begun so far: one that comes later excuses nothing. */
export const onlyWhereRight: Watcher = {
  name: "no failover where none is right",
  kinds: ["fault begins", "control written"],
  watch: ({ schedule }) => {
    const begun: Fault[] = [];
    return (happening) => {
      if (happening.kind === "fault begins") {
        const { name } = happening;
        begun.push(...schedule.faults.flatMap(({ fault }) => (fault.name === name ? fault : [])));
      }
      const fence = automaticFence(happening);
      if (fence === undefined || expectedOf(begun) !== "must not") return undefined;
      return `a fence to ${fence.after.target}: ${fence.after.reason}`;
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

/** Where people hold the platform back, or home has not settled for long enough in this epoch. */
export const onlyWhenArmed: Watcher = {
  name: "no automatic fence unless armed",
  kinds: ["control written"],
  watch:
    ({ world, ledgerTable, home }) =>
    (happening) => {
      const before = automaticFence(happening)?.before;
      if (before === undefined) return undefined;
      const { nowMs } = world.base;
      if (nowMs < before.disarmedUntilMs) return "a fence while disarmed";
      const progress = progressIn(world, ledgerTable, home);
      const isOfEpoch = progress?.epoch === before.epoch;
      const settledMs = isOfEpoch ? progress.lastAtMs - progress.firstAtMs : 0;
      if (settledMs >= ARMED_AFTER_SECONDS * 1000) return undefined;
      return `a fence when home had settled for ${(settledMs / 1000).toFixed(0)} s in epoch ${before.epoch}`;
    },
};

/** A fence is written up to two slots after the look that asked for it. */
const FENCE_LATE_MS = 2 * LOOK_SLOT_SECONDS * 1000;

/** Home would be given up, with nobody to take over from it. */
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

/** How late DNS follows what the last check of the latch saw. */
const CHECKERS_LATE_MS = (LATCH_INTERVAL_SECONDS + CHECKER_SPREAD_SECONDS) * 1000;

/** From a fence until all checkers can have seen the latch. */
const LATCH_KNOWN_MS = (LATCH_INTERVAL_SECONDS * LATCH_FAILURES + CHECKER_SPREAD_SECONDS) * 1000;

/**
 * Once DNS has left home it comes back only when home is active or about to be, or was called back
 * a moment ago. Where DNS had left a sick home before any fence, home may get well before the
 * latch of a fence is known. Or with the standby gone, or without the ledger: then the latch cannot be
 * known, and home at least takes the orders.
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

/**
 * From an automatic fence to the activation no orchestrator, nor what it invokes, calls the region
 * that is being left, nor Route 53: whatever it did there could only be waited for. Who has taken a
 * step does not look at home any more either, unless the ledger could not tell it in the last slot
 * where things stand. What an operator asks of an orchestrator meanwhile, as home's for its status, is
 * no step of the takeover.
 */
export const nothingWaitsForTheLost: Watcher = {
  name: "no step before the activation asks the region being left, or Route 53",
  watch: (scene) => {
    const { world, ledgerTable, home } = scene;
    let isUnderWay = false;
    let seen: string | undefined;
    /** With how often each had been frozen: who was frozen since knows no better. */
    const acting = new Map<Environment, number>();
    /** Who looked before the ledger was ready looks once more, and reads it meanwhile. */
    let blindUntilMs = -Infinity;
    world.base.hooks.call.add((call) => {
      const { environment } = call;
      if (!isUnderWay || !isOfTakeover(environment)) return undefined;
      const act = actingCall(call);
      // A fence is tried by whoever has looked, and may have come too late.
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
