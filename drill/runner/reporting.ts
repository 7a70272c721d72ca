import { assumptions } from "../assumptions";
import { fixedAssumptions } from "../fixedAssumptions";
import type { PageData } from "../report/page/page";
import type { Picture } from "../report/page/picture";
import { homeLost } from "../scenario/faults/regions";
import type { DrillOptions } from "./options";
import type { Task } from "./played";
import type { Play, RunOutcome } from "./run";
import { type Failure, lineOf, replayLine, shrunken } from "./text";

/** The kind of outage to draw if no outage was requested: the main case of the design. */
const USUAL_KIND = homeLost.name;

/** The outage that a picture shows, and the picture's title. */
type Drawn = Pick<Task, "seed" | "kind" | "keep"> & { title: string };

/**
 * Collects everything that the report shows. The outages to draw are played once more and recorded.
 * @param designs the table of the designs, with its header first
 */
export async function pageDataOf(
  { results, failures }: RunOutcome,
  options: DrillOptions,
  play: Play,
  designs: PageData["designs"],
): Promise<PageData> {
  const pictures: Picture[] = [];
  for (const each of drawnOf(results.slowest?.seed, options)) {
    pictures.push(await draw(each, options, play));
  }
  return {
    results,
    pictures,
    designs,
    assumptions: assumed(),
    replays: [
      ...failures.map((failure) => replayOf(failure, options)),
      ...results.failures.slice(failures.length).map((failed) => ({
        what: `Failed: ${failed.broken.map(({ name }) => name).join("; ")}`,
        line: replayLine(failed, options),
      })),
      ...pictures.map(({ title, replay }) => ({ what: title, line: replay })),
      { what: "This run", line: lineOf(options) },
    ],
  };
}

function assumed(): PageData["assumptions"] {
  const drawn = Object.entries(assumptions).map(([name, { range, source }]) => {
    return { name, range, source };
  });
  const fixed = Object.entries(fixedAssumptions).map(([name, { value, source }]) => {
    return { name, range: [value].flat().join(", then "), source };
  });
  return [...drawn, ...fixed];
}

/** The slowest outage and a chosen one. A run of a single outage has only that one. */
function drawnOf(slowest: string | undefined, options: DrillOptions): Drawn[] {
  const { seed, outages, fault, keep, shown } = options;
  const ofRun: Drawn[] =
    outages === 1
      ? [{ title: "The outage", seed, kind: fault, keep }]
      : slowest === undefined
        ? []
        : [{ title: "The slowest recovery", seed: slowest, kind: fault }];
  if (shown !== undefined)
    return [...ofRun, { title: "The chosen outage", seed: shown, kind: fault }];
  return outages === 1
    ? ofRun
    : [...ofRun, { title: "One outage", seed, kind: fault ?? USUAL_KIND }];
}

async function draw(
  { title, seed, kind, keep }: Drawn,
  { design, retention }: DrillOptions,
  play: Play,
): Promise<Picture> {
  const played = await play({ index: 0, seed, kind, keep, isRecorded: true });
  const { story } = played;
  if (story?.recording === undefined) throw new Error(`seed ${seed} was not recorded`);
  return {
    title,
    seed,
    kind: played.kind,
    recording: story.recording,
    timeline: story.timeline,
    replay: replayLine({ seed }, { fault: kind, design, retention }, keep),
  };
}

function replayOf(failure: Failure, options: DrillOptions): PageData["replays"][number] {
  const { played } = failure;
  return {
    what: `Failed: ${played.broken.map(({ name }) => name).join("; ")}`,
    line: replayLine(played, options, shrunken(failure)?.keep ?? options.keep),
  };
}
