/** `npm run drill`: plays outages in worker processes and tells what became of the promises. */
import { writeFileSync } from "node:fs";
import { captureInChild } from "./captured";
import { progressLine, runCommand } from "./commandLine";
import type { Resource } from "./description/lookup";
import { bundleHandlers } from "./handlers";
import { mutations } from "./mutations";
import { page } from "./report/page/page";
import { compare, compareTable } from "./runner/compare";
import { designNames } from "./runner/design";
import { type DrillOptions, parseDrillOptions } from "./runner/options";
import { Pool } from "./runner/pool";
import { pageDataOf } from "./runner/reporting";
import { type Play, type RunOutcome, run } from "./runner/run";
import { withPlayers } from "./runner/sabotagePlayers";
import { failureText, resultsText } from "./runner/text";
import { kinds } from "./scenario/schedule";

/** Outages that the report's designs are compared by: each is played three times. */
const COMPARED_MAX = 100;

async function drill(options: DrillOptions): Promise<number> {
  const [resources, bundle] = await Promise.all([
    captureInChild(),
    bundleHandlers(mutations.get(options.design)?.sources),
  ]);
  const jobs = Math.min(options.jobs, options.outages);
  const pool = await Pool.start({ resources, bundle, design: options.design }, jobs);
  try {
    const progress = progressLine("outages");
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

/** The designs side by side, over the first outages of the run. */
async function compareDesigns(
  resources: readonly Resource[],
  { seed, outages, jobs }: DrillOptions,
): Promise<string[][]> {
  const asked = { seed, outages: Math.min(outages, COMPARED_MAX) };
  return compareTable(await withPlayers(resources, jobs, (players) => compare(asked, players)));
}

function tell({ results, failures, trace }: RunOutcome, options: DrillOptions): void {
  if (trace !== undefined) process.stdout.write(`${trace.join("\n")}\n\n`);
  if (options.isJson) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else {
    const parts = [...failures.map((each) => failureText(each, options)), resultsText(results)];
    process.stdout.write(`${parts.join("\n\n")}\n`);
  }
}

void runCommand((args) => drill(parseDrillOptions(args, { kinds, designs: designNames })));
