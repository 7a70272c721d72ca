import { watches } from "../description/canaries";
import type { Outage } from "../scenario/outage";
import { table } from "../../support/cli/table";

/** What one Synthetics canary observed; times in seconds from the fault. */
export interface CanaryStory {
  name: string;
  region: string;
  runs: number;
  failed: number;
  /** When its alarms went off. */
  rangSeconds: readonly number[];
}

/** The list is empty if canaries were not played. */
export function canariesOf({ world, journal, faultMs }: Outage): CanaryStory[] {
  const { canaries, alarms } = world.base.program;
  if (world.synthetics === undefined) return [];
  return canaries.map((canary) => {
    const runs = journal.canaryRuns.filter(({ name }) => name === canary.name);
    const names = new Set(alarms.filter((each) => watches(each, canary)).map(({ name }) => name));
    const rings = journal.canaryRings.filter(({ name }) => names.has(name));
    return {
      name: canary.name,
      region: canary.region,
      runs: runs.length,
      failed: runs.filter(({ failure }) => failure !== undefined).length,
      rangSeconds: rings.map(({ atMs }) => Math.round((atMs - faultMs) / 100) / 10),
    };
  });
}

export function canaryTable(stories: readonly CanaryStory[]): string {
  const rows = table([
    ["", "runs", "failed", "alarm rang"],
    ...stories.map(({ name, runs, failed, rangSeconds }) => [
      name,
      String(runs),
      String(failed),
      rangSeconds.length === 0
        ? "never"
        : `at ${rangSeconds.map((each) => each.toFixed(1)).join(", ")} s`,
    ]),
  ]);
  return `${rows}\n  Each runs in the region it watches, and not while that is lost.`;
}
