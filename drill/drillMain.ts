/** `npm run drill`: plays outages in worker processes and tells what became of the promises. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { captureInChild } from "./captured";
import { countedProgress, runCommand } from "./commandLine";
import type { Resource } from "./description/lookup";
import { bundleHandlers } from "./handlers";
import { mutations } from "./mutations";
import { OptionError } from "./options";
import { page } from "./report/page/page";
import { compare, compareTable } from "./runner/compare";
import { designNames } from "./runner/design";
import { jsonText } from "./runner/json";
import { assertDrawn } from "./runner/kept";
import { type DrillOptions, drillUsage, parseDrillOptions } from "./runner/options";
import { Pool } from "./runner/pool";
import { pageDataOf } from "./runner/reporting";
import { type Play, type RunOutcome, run } from "./runner/run";
import { withPlayers } from "./runner/sabotagePlayers";
import { failureText, furtherText, resultsText } from "./runner/text";
import { drawSchedule, kinds } from "./scenario/schedule";

/** Outages that the report's designs are compared by: each is played three times. */
const COMPARED_MAX = 100;

async function drill(options: DrillOptions): Promise<number> {
  assertPlayable(options);
  const [resources, bundle] = await Promise.all([
    captureInChild(),
    bundleHandlers(mutations.get(options.design)?.sources),
  ]);
  const jobs = Math.min(options.jobs, options.outages);
  const pool = await Pool.start({ resources, bundle, design: options.design }, jobs);
  try {
    const progress = countedProgress("outages");
    const play: Play = (task) => pool.play(task);
    const outcome = await run(options, play, (done) => progress(done, options.outages));
    tell(outcome, options);
    if (options.report !== undefined) {
      const designs = await compareDesigns(resources, options);
      writeFileSync(options.report, page(await pageDataOf(outcome, options, play, designs)));
    }
    return outcome.results.failed === 0 && outcome.results.brokenByAll.length === 0 ? 0 : 1;
  } finally {
    await pool.close();
  }
}

/** @throws OptionError for what the seed does not draw, or a report that cannot be written. */
function assertPlayable({ seed, fault, keep, report }: DrillOptions): void {
  if (keep !== undefined) {
    const { faults } = drawSchedule(seed, { kind: fault });
    assertDrawn(
      keep,
      faults.map(({ index }) => index),
    );
  }
  if (report === undefined) return;
  try {
    closeSync(openSync(report, "a"));
  } catch (error) {
    throw new OptionError(`--report ${report}: ${(error as Error).message}`);
  }
}

/** The designs side by side, over the first outages of the run; a part of one is not compared. */
async function compareDesigns(
  resources: readonly Resource[],
  { seed, outages, fault, keep, jobs }: DrillOptions,
): Promise<string[][]> {
  if (keep !== undefined) return [];
  const asked = { seed, outages: Math.min(outages, COMPARED_MAX), kind: fault };
  const progress = countedProgress("outages to compare designs");
  return withPlayers(resources, jobs, async (players) =>
    compareTable(await compare(asked, players, progress)),
  );
}

function tell(outcome: RunOutcome, options: DrillOptions): void {
  const { results, failures, trace } = outcome;
  if (options.isJson) return void process.stdout.write(`${jsonText(outcome, options)}\n`);
  if (trace !== undefined) process.stdout.write(`${trace.join("\n")}\n\n`);
  const parts = [
    ...failures.map((each) => failureText(each, options)),
    ...furtherText(results, failures, options),
    resultsText(results),
  ];
  process.stdout.write(`${parts.join("\n\n")}\n`);
}

void runCommand(drillUsage, (args) =>
  drill(parseDrillOptions(args, { kinds, designs: designNames })),
);
