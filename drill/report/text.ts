import { assumptions } from "../assumptions";
import { type BrokenPromise, promises } from "../scenario/promises";
import { PROMPT_MS, RESTORED_SHARE, RESTORED_WINDOW_MS } from "../scenario/measures";
import type { Outage } from "../scenario/outage";
import { budgetTable } from "./budget";
import { canariesOf, canaryTable } from "./canaries";
import { resourceTable } from "./resources";
import { heading, seconds, table } from "../../support/cli/table";

/** The text that `npm start` prints about one outage. */
export function textReport(outage: Outage, broken: readonly BrokenPromise[]): string {
  const { faultName, homeRegion, standbyRegion, seed, world } = outage;
  const canaries = canariesOf(outage);
  const title =
    faultName === "none"
      ? `An ordinary half hour of the trading platform`
      : `The trading platform loses ${homeRegion}`;
  const parts = [
    `${title}\n${"=".repeat(title.length)}\n` +
      `Seed ${seed}. Played in virtual time: the resources that index.ts declares, the handlers that\n` +
      `ship, simulated services. Nothing of this ran on AWS.`,
    `${heading("Resources of the program")}\n` +
      resourceTable(world.base.program.resources, [homeRegion, standbyRegion]),
    `${heading("Timeline, in seconds from the fault")}\n${timeline(outage)}`,
    ...(faultName === "none" ? [] : [`${heading("Recovery")}\n${recoveryText(outage)}`]),
    `${heading("Orders")}\n${ordersText(outage)}`,
    ...(canaries.length === 0
      ? []
      : [`${heading("Canaries of Synthetics")}\n${canaryTable(canaries)}`]),
    ...(faultName === "none" ? [] : [`${heading("Budget")}\n${budgetTable(outage)}`]),
    `${heading("Promises")}\n${promisesText(outage, broken)}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

function timeline({ journal, faultMs }: Outage): string {
  return journal.moments
    .map(({ atMs, text }) => `${((atMs - faultMs) / 1000).toFixed(1).padStart(8)}  ${text}`)
    .join("\n");
}

function recoveryText({ accepted, settled, journal }: Outage): string {
  const promotionSeconds = (journal.promotions[0]?.promotionMs ?? 0) / 1000;
  const above =
    settled.seconds === null ? "" : `${seconds(settled.seconds - promotionSeconds)} above it`;
  return (
    table([
      ["", "restored", "first order", ""],
      [
        "promotion drawn",
        seconds(promotionSeconds),
        "",
        `of ${assumptions.promotionSeconds.range} s`,
      ],
      ["RTO accepted", seconds(accepted.seconds), seconds(accepted.firstSeconds), ""],
      ["RTO settled", seconds(settled.seconds), seconds(settled.firstSeconds), above],
    ]) +
    `\n  Restored: the first ${RESTORED_WINDOW_MS / 1000} s in which at least ${RESTORED_SHARE * 100} % of the orders are accepted at the` +
    `\n  first attempt, or settled in Aurora within ${PROMPT_MS / 1000} s; counted to the first of them.`
  );
}

function ordersText({ verdict, journal }: Outage): string {
  return table([
    ["acknowledged, canaries included", String(verdict.acknowledged)],
    ["in the surviving database", String(verdict.present)],
    ["rejected, with a reason", String(verdict.rejected.length)],
    ["missing", String(verdict.missing.length)],
    ["doubled", String(verdict.doubled.length)],
    ["altered", String(verdict.altered.length)],
    ["rows that the promotion lost, settled again", String(journal.rowsLost)],
  ]);
}

function promisesText(outage: Outage, broken: readonly BrokenPromise[]): string {
  const lines = promises.map(({ name }) => {
    const found = broken.find((each) => each.name === name);
    return found === undefined ? `  kept    ${name}` : `  BROKEN  ${name}: ${found.seen}`;
  });
  const verdict =
    broken.length === 0
      ? `PASSED: ${promises.length} promises held.`
      : `FAILED: ${broken.length} of ${promises.length} promises broken. ` +
        `Play it again: npm start -- --seed ${outage.seed} --fault ${outage.faultName}`;
  return `${lines.join("\n")}\n\n${verdict}`;
}
