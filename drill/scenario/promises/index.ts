import type { Outage } from "../outage";
import { endings, lastEndings } from "./ends";
import type { Broken } from "./watcher";
import { allWatchers } from "./watchers";

export type { Broken } from "./watcher";
export type BrokenPromise = Broken;

/** All promises by name: those checked during the outage and those checked at its end. */
export const promises: readonly { readonly name: string }[] = [...allWatchers, ...endings];

/**
 * The promises that an outage broke. If no design could survive it, only those that must hold even
 * then.
 */
export function checkOutage(outage: Outage): Broken[] {
  const { watched, schedule } = outage;
  const asked = schedule.isSurvivable && !schedule.isLast ? endings : lastEndings;
  const atTheEnd = asked.flatMap(({ name, broken }) => {
    const seen = broken(outage);
    return seen === null ? [] : [{ name, seen }];
  });
  return [...watched, ...atTheEnd];
}

export type Verdict = "PASSED" | "FAILED" | "NOT SURVIVABLE";

/** An outage with two regions lost at once never counts as passed. */
export function verdictOf(outage: Outage, broken: readonly Broken[]): Verdict {
  if (broken.length > 0) return "FAILED";
  return outage.schedule.isSurvivable ? "PASSED" : "NOT SURVIVABLE";
}
