import { assumptions } from "../assumptions";
import type { PageData } from "../report/page/page";
import type { Picture } from "../report/page/picture";
import { homeLost } from "../scenario/faults/regions";
import type { DrillOptions } from "./options";
import type { Task } from "./played";
import type { Play, RunOutcome } from "./run";
import { seedOfOutage } from "./seeds";
import { type Failure, replayLine } from "./text";

/** What is drawn where nobody asked for an outage: the loss that everything else is made for. */
const USUAL_KIND = homeLost.name;

/**
 * Everything the report shows of a run; the outages that it draws are played once more, recorded.
 * @param designs the table of the designs, its header first
 */
export async function pageDataOf(
  { results, failures }: RunOutcome,
  options: DrillOptions,
  play: Play,
  designs: PageData["designs"],
): Promise<PageData> {
  const { seed, fault, shown } = options;
  const chosen =
    shown === undefined
      ? { seed: seedOfOutage(seed, 0), kind: fault ?? USUAL_KIND }
      : { seed: shown, kind: fault };
  const pictures = [await draw("One outage", chosen, options, play)];
  if (results.slowest !== null) {
    const slowest = { seed: results.slowest.seed, kind: fault };
    pictures.unshift(await draw("The slowest recovery", slowest, options, play));
  }
  return {
    results,
    pictures,
    designs,
    assumptions: Object.entries(assumptions).map(([name, { range, source }]) => ({
      name,
      range,
      source,
    })),
    replays: [
      ...failures.map((failure) => replayOf(failure, options)),
      ...pictures.map(({ title, replay }) => ({ what: title, line: replay })),
      {
        what: "This run",
        line: `npm run drill -- --seed ${seed} --outages ${results.outages}`,
      },
    ],
  };
}

async function draw(
  title: string,
  { seed, kind }: Pick<Task, "seed" | "kind">,
  { design }: DrillOptions,
  play: Play,
): Promise<Picture> {
  const played = await play({ index: 0, seed, kind, isRecorded: true });
  const { story } = played;
  if (story?.recording === undefined) throw new Error(`seed ${seed} was not recorded`);
  return {
    title,
    seed,
    kind: played.kind,
    recording: story.recording,
    timeline: story.timeline,
    replay: replayLine(played, { fault: kind, design }),
  };
}

function replayOf({ played, shrunk }: Failure, options: DrillOptions): PageData["replays"][number] {
  return {
    what: `Failed: ${played.broken.map(({ name }) => name).join("; ")}`,
    line: replayLine(played, options, shrunk?.keep),
  };
}
