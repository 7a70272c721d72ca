import type { DrillOptions } from "./options";
import type { RunOutcome } from "./run";
import { type Failure, lineOf, replayLine, shrunken } from "./text";

/** The run as one JSON object, with the command that replays each failure. */
export function jsonText(outcome: RunOutcome, options: DrillOptions): string {
  const { results, failures, trace } = outcome;
  const document = {
    ...results,
    replay: lineOf(options),
    failures: results.failures.map((failed, i) => ({
      ...failed,
      replay: replayLine(failed, options, options.keep),
      ...toldOf(failures[i], options),
    })),
    trace,
  };
  return JSON.stringify(document, null, 2);
}

/** The details of a failure that was reported in full. */
function toldOf(failure: Failure | undefined, options: DrillOptions): object {
  if (failure === undefined) return {};
  const { schedule, timeline } = failure.played.story ?? {};
  const smaller = shrunken(failure);
  if (smaller === undefined) return { schedule, timeline };
  const { broken, story } = smaller.played;
  return {
    schedule,
    timeline,
    shrunken: {
      broken,
      schedule: story?.schedule,
      timeline: story?.timeline,
      replay: replayLine(failure.played, options, smaller.keep),
    },
  };
}
