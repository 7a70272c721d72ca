import type { Outage } from "./outage";

/** Bounds of the drill's issue, in seconds. */
export const SETTLED_MAX_SECONDS = 260;
/** Fault to orders settling again, above the promotion that was drawn. */
export const SETTLED_OVERHEAD_MAX_SECONDS = 60;
export const ACCEPTED_MAX_SECONDS = 165;

/** Something the platform promises of every outage; null while it is kept, else what was seen. */
export interface Promised {
  readonly name: string;
  /** Faults it speaks of; all where absent. */
  readonly faults?: readonly string[];
  broken(outage: Outage): string | null;
}

function some(what: readonly string[], meaning: string): string | null {
  return what.length === 0 ? null : `${what.length} ${meaning}, first ${what[0]}`;
}

function slower(seconds: number | null, limitSeconds: number): string | null {
  if (seconds === null) return "never";
  return seconds <= limitSeconds ? null : `${seconds.toFixed(1)} s, at most ${limitSeconds} s`;
}

/** Where DNS may lead once the control item says that the other region is active. */
function flipsBack(outage: Outage): string | null {
  const { journal, homeRegion, standbyRegion } = outage;
  let isAway = false;
  for (const { atMs, host } of journal.dnsHosts) {
    const region = host.split(".")[2];
    if (region === standbyRegion) isAway = true;
    const control = journal.controls.filter((each) => each.atMs <= atMs).at(-1)?.control;
    if (isAway && region === homeRegion && control?.active !== homeRegion) {
      return `DNS went back to ${homeRegion} at ${((atMs - outage.faultMs) / 1000).toFixed(0)} s`;
    }
  }
  return null;
}

function monotone(outage: Outage): string | null {
  const { controls } = outage.journal;
  for (let i = 1; i < controls.length; i++) {
    const [before, after] = [controls[i - 1]!.control, controls[i]!.control];
    if (after.version !== before.version + 1 || after.epoch < before.epoch) {
      return `version ${before.version} -> ${after.version}, epoch ${before.epoch} -> ${after.epoch}`;
    }
  }
  return null;
}

export const promises: readonly Promised[] = [
  {
    name: "no acknowledged order is missing",
    broken: ({ verdict }) => some(verdict.missing, "are not in the surviving database"),
  },
  {
    name: "no order is there twice",
    broken: ({ verdict }) => some(verdict.doubled, "are there twice"),
  },
  {
    name: "no order is altered",
    broken: ({ verdict }) => some(verdict.altered, "differ from what the client sent"),
  },
  {
    name: "orders settle again in time",
    faults: ["region"],
    broken: ({ settled, journal }) => {
      const promotionSeconds = (journal.promotions[0]?.promotionMs ?? 0) / 1000;
      const limitSeconds = promotionSeconds + SETTLED_OVERHEAD_MAX_SECONDS;
      return slower(settled.seconds, Math.min(limitSeconds, SETTLED_MAX_SECONDS));
    },
  },
  {
    name: "orders are accepted again in time",
    faults: ["region"],
    broken: ({ accepted }) => slower(accepted.seconds, ACCEPTED_MAX_SECONDS),
  },
  {
    name: "one writer: every row was written under the right of its volume",
    broken: ({ journal }) =>
      journal.rowsUnderOldRight === 0 ? null : `${journal.rowsUnderOldRight} rows were not`,
  },
  { name: "version and epoch only grow", broken: monotone },
  { name: "DNS does not flip back by itself", broken: flipsBack },
  {
    name: "no failover while home serves",
    faults: ["none"],
    broken: ({ control, homeRegion }) =>
      control?.epoch === 1 && control.active === homeRegion
        ? null
        : `epoch ${control?.epoch}, active ${control?.active}`,
  },
  {
    name: "one region is active after healing, and DNS leads there",
    broken: ({ control, world, homeRegion, faultName, standbyRegion }) => {
      const expected = faultName === "none" ? homeRegion : standbyRegion;
      const name = world.base.program.records[0]?.name ?? "";
      const region = world.apis.find(world.route53.resolve(name).host)?.region;
      return control?.active === expected && control.target === null && region === expected
        ? null
        : `active ${control?.active}, target ${control?.target}, DNS leads to ${region}`;
    },
  },
  {
    name: "after healing every order older than two minutes is settled, seen and closed",
    broken: ({ undone }) => some(undone, "are not"),
  },
  {
    name: "every function may call what it calls",
    broken: ({ journal }) => some([...journal.denied], "calls were denied"),
  },
];

export interface BrokenPromise {
  name: string;
  seen: string;
}

/** The promises an outage broke; none is the only good answer. */
export function brokenPromises(outage: Outage): BrokenPromise[] {
  return promises
    .filter(({ faults }) => faults === undefined || faults.includes(outage.faultName))
    .flatMap((promised) => {
      const seen = promised.broken(outage);
      return seen === null ? [] : [{ name: promised.name, seen }];
    });
}
