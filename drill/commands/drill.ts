/** `npm run drill`: plays outages on worker threads and reports which promises held. */
import { availableParallelism } from "node:os";
import { runCommand } from "../../support/cli/command";
import { OptionError, userPath } from "../../support/cli/options";
import { countedProgress } from "../../support/cli/progress";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { captureInChild } from "../captured";
import { page } from "../report/page/page";
import { compare, comparedDesigns, compareTable } from "../runner/compare";
import { designNames } from "../runner/design";
import { jsonText } from "../runner/json";
import { assertDrawn } from "../runner/kept";
import { type DrillOptions, drillCommand, drillOptionsOf } from "../runner/options";
import { type Players, withPlayers } from "../runner/players";
import { pageDataOf } from "../runner/reporting";
import { type Play, type RunOutcome, run } from "../runner/run";
import { failureText, furtherText, resultsText } from "../runner/text";
import { drawSchedule, kinds } from "../scenario/schedule";

/** Outages over which the report compares the designs. Each is played once per design. */
const COMPARED_MAX = 100;

async function drill(options: DrillOptions): Promise<number> {
  assertPlayable(options);
  const jobs = Math.min(options.jobs, options.outages);
  const compared = options.report === undefined ? [] : comparedDesigns;
  const designs = [...new Set([options.design, ...compared])];
  return withPlayers(await captureInChild(options.retention), designs, jobs, async (players) => {
    const progress = countedProgress("outages");
    const play: Play = (task) => players.run("playOutage", { design: options.design, task });
    const outcome = await run(options, play, (done) => progress(done, options.outages));
    tell(outcome, options);
    if (options.report !== undefined) {
      const table = await compareDesigns(players, options);
      writeFileSync(options.report, page(await pageDataOf(outcome, options, play, table)));
      process.stderr.write(`The report is in ${options.report}\n`);
    }
    return outcome.results.failed === 0 && outcome.results.brokenByAll.length === 0 ? 0 : 1;
  });
}

/**
 * @throws OptionError for a fault that the seed does not draw, or a report that cannot be written.
 */
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
    throw new OptionError(`--report: cannot write ${report}: ${(error as Error).message}`);
  }
}

/** Compares the designs over the first outages of the run. With `--keep` nothing is compared. */
async function compareDesigns(
  players: Players,
  { seed, outages, fault, keep }: DrillOptions,
): Promise<string[][]> {
  if (keep !== undefined) return [];
  const asked = { seed, outages: Math.min(outages, COMPARED_MAX), kind: fault };
  const comparison = await compare(
    asked,
    (design, seed, kind) => players.run("glanceAt", { design, seed, kind }),
    countedProgress("outages to compare designs"),
  );
  return compareTable(comparison);
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

void runCommand(drillCommand, (given) => {
  const report = given.report && userPath(given.report, process.env);
  const names = { kinds, designs: designNames };
  return drill(drillOptionsOf({ ...given, report }, names, availableParallelism()));
});
