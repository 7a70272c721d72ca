import type { Outage } from "../outage";
import { endings, lastEndings } from "./ends";
import type { Broken } from "./watcher";
import { allWatchers } from "./watchers";

export type { Broken } from "./watcher";
export type BrokenPromise = Broken;

/** Every promise by name: those held as things happen, and those the end shows. */
export const promises: readonly { readonly name: string }[] = [...allWatchers, ...endings];

/** What an outage broke; of one that is not survivable only what holds even then is asked. */
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

/** Two regions lost at once is never counted as passed. */
export function verdictOf(outage: Outage, broken: readonly Broken[]): Verdict {
  if (broken.length > 0) return "FAILED";
  return outage.schedule.isSurvivable ? "PASSED" : "NOT SURVIVABLE";
}
