import { recoveryHeader, recoveryRows } from "../report/recoveryTable";
import { heading, table } from "../../support/cli/table";
import { keepText } from "./kept";
import { type DrillOptions, OURS } from "./options";
import type { Played, Task } from "./played";
import type { Shrunk } from "./shrink";
import type { Results } from "./tally";

/** Seconds of the timeline to print before and after a breach. */
const AROUND_SECONDS = 90;
/** Limit of further failures that the text lists; `--json` lists all. */
const NAMED_MAX = 100;

export interface Failure {
  played: Played;
  shrunk: Shrunk | undefined;
}

/** What a run plays. */
type Asked = Pick<DrillOptions, "fault" | "design" | "retention">;

/** The command that replays an outage, or its shrunken schedule. */
export function replayLine(
  { seed }: Pick<Task, "seed">,
  { fault, design, retention }: Asked,
  keep?: Shrunk["keep"],
): string {
  return lineOf({ seed, outages: 1, fault, design, retention, keep });
}

/** The command that plays one outage, or the whole run that the options describe. */
export function lineOf({
  seed,
  outages,
  fault,
  design,
  retention,
  keep,
}: Asked & Pick<DrillOptions, "seed" | "outages" | "keep">): string {
  return [
    `npm run drill -- --seed ${seed} --outages ${outages}`,
    ...(fault === undefined ? [] : [`--fault "${fault}"`]),
    ...(design === OURS ? [] : [`--design "${design}"`]),
    ...(retention === "ephemeral" ? [] : [`--retention ${retention}`]),
    ...(keep === undefined ? [] : [`--keep ${keepText(keep)}`]),
  ].join(" ");
}

/** The shrunken schedule of a failure, if anything could be dropped or shortened. */
export function shrunken({ played, shrunk }: Failure): Shrunk | undefined {
  return shrunk?.played === played ? undefined : shrunk;
}

function startText({ story }: Played): string {
  const isTakenOver = story?.start === "taken over";
  return isTakenOver ? "when home was lost and had come back" : "the armed platform";
}

export function failureText(failure: Failure, options: DrillOptions): string {
  const { played } = failure;
  const smaller = shrunken(failure);
  const lines = [
    heading(`FAILED: seed ${played.seed} (${played.kind})`),
    ...brokenLines(played),
    `schedule, in seconds from ${startText(played)}:\n${indented(played.story?.schedule ?? "")}`,
  ];
  if (smaller !== undefined) {
    lines.push(
      `shrunken to:\n${indented(smaller.played.story?.schedule ?? "")}`,
      "still broken:",
      ...brokenLines(smaller.played),
    );
  }
  lines.push(
    `timeline${smaller === undefined ? "" : " of what is left"}, in seconds from the fault:\n` +
      indented(timelineText(smaller?.played ?? played)),
    `play it again: ${replayLine(played, options, options.keep)}`,
  );
  if (smaller !== undefined) {
    lines.push(`shrunken:      ${replayLine(played, options, smaller.keep)}`);
  }
  return lines.join("\n");
}

function brokenLines({ broken }: Pick<Played, "broken">): string[] {
  return broken.map(({ name, seen }) => `  BROKEN  ${name}: ${seen}`);
}

/** A short timeline in full; of a long one, the part around the breach. */
function timelineText({ story, broken }: Played): string {
  const timeline = story?.timeline ?? [];
  const seconds = broken.flatMap((each) => (each.seconds === undefined ? [] : [each.seconds]));
  const near = timeline.filter((moment) =>
    seconds.some((at) => Math.abs(moment.seconds - at) <= AROUND_SECONDS),
  );
  return (timeline.length > 40 && near.length > 0 ? near : timeline)
    .map((moment) => `${moment.seconds.toFixed(1).padStart(8)}  ${moment.text}`)
    .join("\n");
}

/**
 * Failures that are not reported in full: the first promise each one broke, and the command that
 * replays it.
 */
export function furtherText(
  { failures }: Results,
  told: readonly Failure[],
  options: DrillOptions,
): string[] {
  const further = failures.slice(told.length);
  if (further.length === 0) return [];
  const lines = further.slice(0, NAMED_MAX).map((failed) => {
    const more = failed.broken.length === 1 ? "" : `, and ${failed.broken.length - 1} more`;
    return `  ${failed.broken[0]?.name}${more} (${failed.kind})\n    ${replayLine(failed, options)}`;
  });
  if (further.length > NAMED_MAX) {
    lines.push(`  ${further.length - NAMED_MAX} more: --json names every one`);
  }
  return [[heading(`${further.length} further failures`), ...lines].join("\n")];
}

export function resultsText(results: Results): string {
  const { orders, kinds, coverage, brokenByAll, failed, outages } = results;
  const isGood = failed === 0 && brokenByAll.length === 0;
  return [
    heading(`${outages} outages from seed ${results.seed}`),
    table([
      ["outage", "played", "passed", "failed", "not survivable"],
      ...kinds.map((each) => [
        each.kind,
        ...[each.played, each.passed, each.failed, each.notSurvivable].map(String),
      ]),
    ]),
    ...recoveryText(results),
    heading("Orders"),
    table(Object.entries(orders).map(([name, times]) => [name, String(times)])),
    heading("Moments that matter, and how often they came"),
    table(Object.entries(coverage).map(([name, times]) => [name, String(times)])),
    ...brokenByAll.map(({ name, seen }) => `  BROKEN  ${name}: ${seen}`),
    `hash of all traces ${results.hash}, ${results.eventsPlayed} events, ` +
      `${results.virtualSeconds} virtual seconds`,
    isGood
      ? `PASSED: ${outages} outages.`
      : `FAILED: ${failed} of ${outages} outages, ${brokenByAll.length} promises of the whole run.`,
  ].join("\n\n");
}

function recoveryText({ bounds }: Results): string[] {
  if (bounds.length === 0) return [];
  return [
    heading("Recovery, in seconds from the fault"),
    table([recoveryHeader, ...recoveryRows(bounds)]),
  ];
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}
