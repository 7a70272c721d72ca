import { budget, settledBudgetSeconds } from "../shipped";
import type { Outage } from "../scenario/outage";
import { seconds, table } from "../../support/cli/table";

/** The steps of one failover as played, in seconds from the fault. */
export interface Steps {
  fence: number | null;
  called: number | null;
  promoted: number | null;
  settling: number | null;
}

export function stepsOf({ journal, faultMs, settled, homeRegion }: Outage): Steps {
  const since = (atMs: number | undefined): number | null =>
    atMs === undefined ? null : (atMs - faultMs) / 1000;
  const fence = journal.controls.find(
    ({ atMs, control }) =>
      atMs >= faultMs && control.target !== null && control.target !== homeRegion,
  );
  const call = journal.promotions[0];
  return {
    fence: since(fence?.atMs),
    called: since(call?.atMs),
    promoted: since(call === undefined ? undefined : call.atMs + call.promotionMs),
    settling: settled.firstSeconds,
  };
}

/** Compares the time that each step took with what the tunables allow for it. */
export function budgetTable(outage: Outage): string {
  const { fence, called, promoted, settling } = stepsOf(outage);
  const between = (from: number | null, to: number | null): string =>
    from === null || to === null ? "-" : seconds(to - from);
  return table([
    ["step", "budget", "measured"],
    ["signs: fault to fence", seconds(budget.homeLostSignsSeconds), seconds(fence)],
    ["fence to promotion called", seconds(budget.fenceSeconds), between(fence, called)],
    ["promotion of Aurora", seconds(budget.promotionSeconds), between(called, promoted)],
    [
      "activate, sweep, first order settled",
      seconds(budget.activateAndSweepSeconds),
      between(promoted, settling),
    ],
    ["fault to first order settled", seconds(settledBudgetSeconds.homeLost), seconds(settling)],
    [
      "DNS beside it, to orders accepted",
      seconds(budget.dnsSeconds),
      seconds(outage.accepted.seconds),
    ],
  ]);
}
