import { heading, table } from "../report/table";
import { type DrillOptions, OURS, keepText } from "./options";
import type { Played } from "./played";
import type { Shrunk } from "./shrink";
import type { Distribution, Results } from "./tally";

/** Seconds of the timeline that are printed before and after a promise was seen broken. */
const AROUND_SECONDS = 90;

export interface Failure {
  played: Played;
  shrunk: Shrunk | undefined;
}

/** The line that plays an outage, or what is left of it, again. */
export function replayLine(
  played: Played,
  { fault, design }: Pick<DrillOptions, "fault" | "design">,
  keep?: Shrunk["keep"],
): string {
  return [
    `npm run drill -- --seed ${played.seed} --outages 1`,
    ...(fault === undefined ? [] : [`--fault "${fault}"`]),
    ...(design === OURS ? [] : [`--design "${design}"`]),
    ...(keep === undefined ? [] : [`--keep ${keepText(keep)}`]),
  ].join(" ");
}

export function failureText({ played, shrunk }: Failure, options: DrillOptions): string {
  const { seed, kind, broken, story } = played;
  const lines = [
    heading(`FAILED: seed ${seed} (${kind})`),
    ...broken.map(({ name, seen }) => `  BROKEN  ${name}: ${seen}`),
    `schedule, in seconds from the armed platform:\n${indented(story?.schedule ?? "")}`,
  ];
  const isSmaller = shrunk !== undefined && shrunk.played !== played;
  if (isSmaller) {
    lines.push(`shrunken, still broken:\n${indented(shrunk.played.story?.schedule ?? "")}`);
  }
  lines.push(
    `timeline, in seconds from the fault:\n${indented(timelineText(isSmaller ? shrunk.played : played))}`,
    `play it again: ${replayLine(played, options)}`,
  );
  if (isSmaller) lines.push(`shrunken:      ${replayLine(played, options, shrunk.keep)}`);
  return lines.join("\n");
}

/** All of a short timeline; of a long one what lies around the breach. */
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
  const rows = bounds.flatMap(({ bound, settled, accepted, overhead }) => [
    distributionRow(`${bound}: settled`, settled),
    distributionRow("  accepted", accepted),
    distributionRow("  settled, above the promotion", overhead),
  ]);
  return [
    heading("Recovery, in seconds from the fault"),
    table([["", "outages", "p50", "p99", "max", "never"], ...rows]),
  ];
}

function distributionRow(name: string, { count, p50, p99, max, never }: Distribution): string[] {
  const text = (value: number | null): string => (value === null ? "-" : value.toFixed(1));
  return [name, String(count), text(p50), text(p99), text(max), never === 0 ? "" : String(never)];
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}
