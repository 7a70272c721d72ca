import { recoverySeconds } from "../recoverySeconds";
import { owed, regionInDns } from "../healing";
import type { Outage } from "../outage";

/**
 * A promise that is checked at the end of an outage. It returns null if kept, otherwise what was
 * seen.
 */
export interface Ending {
  readonly name: string;
  broken: (outage: Outage) => string | null;
}

function some(what: readonly string[], meaning: string): string | null {
  return what.length === 0 ? null : `${what.length} ${meaning}, first ${what[0]}`;
}

function slower(seconds: number | null, limitSeconds: number): string | null {
  if (seconds === null) return "never";
  return seconds <= limitSeconds ? null : `${seconds.toFixed(1)} s, at most ${limitSeconds} s`;
}

const acknowledged: Ending[] = [
  {
    name: "no acknowledged order is missing",
    broken: ({ verdict }) => some(verdict.missing, "are not in the surviving database"),
  },
  {
    name: "no valid order is rejected",
    broken: ({ verdict }) => some(verdict.rejected, "are, and their clients are told so"),
  },
  {
    name: "no order is there twice",
    broken: ({ verdict }) => some(verdict.doubled, "are there twice"),
  },
  {
    name: "no order is altered",
    broken: ({ verdict }) => some(verdict.altered, "differ from what was sent and accepted"),
  },
];

/** The p99 applies to a batch. One outage is held to the maximum, and to recovering at all. */
const recovered: Ending[] = [
  {
    name: "orders settle again in time",
    broken: (outage) => {
      const { bound } = outage.schedule;
      if (bound === undefined) return null;
      const { settled, overhead } = recoverySeconds(outage);
      const late = slower(overhead, bound.overheadMaxSeconds ?? Infinity);
      return (
        slower(settled, bound.settledMaxSeconds ?? Infinity) ??
        (late === null ? null : `${late}, the promotion aside`)
      );
    },
  },
  {
    name: "orders are accepted again",
    broken: (outage) =>
      outage.schedule.bound === undefined ? null : slower(outage.accepted.seconds, Infinity),
  },
];

const healed: Ending[] = [
  {
    name: "one region is active after healing, and DNS leads there",
    broken: ({ control, world }) => {
      const region = regionInDns(world);
      const isActive = control !== undefined && control.active !== null && control.target === null;
      return isActive && region === control.active
        ? null
        : `active ${control?.active}, target ${control?.target}, DNS leads to ${region}`;
    },
  },
  {
    name: "after a takeover people are told and home's check is pointed past it",
    broken: ({ control, journal, world }) =>
      control === undefined || control.active === null
        ? null
        : (owed(world, journal, control)[0] ?? null),
  },
  {
    name: "after healing every order is settled in the present epoch, or closed",
    broken: ({ undone }) => some(undone, "acknowledged orders are not"),
  },
  {
    name: "Aurora is whole after healing",
    broken: ({ world }) =>
      world.aurora.isWhole ? null : "a region's cluster was not rebuilt as a reader",
  },
];

const allowed: Ending = {
  name: "every function may call what it calls",
  broken: ({ journal }) => some([...journal.denied], "calls were denied"),
};

export const endings: readonly Ending[] = [...acknowledged, ...recovered, ...healed, allowed];
/** The promises that also apply when the stack is destroyed. */
export const lastEndings: readonly Ending[] = [allowed];
