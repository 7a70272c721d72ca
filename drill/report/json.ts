import type { Outage } from "../scenario/outage";
import type { BrokenPromise } from "../scenario/promises";
import { summarize } from "./summary";

/** The outage as JSON; times in seconds from the fault. */
export function jsonReport(outage: Outage, broken: readonly BrokenPromise[]): string {
  return `${JSON.stringify(summarize(outage, broken), null, 2)}\n`;
}
