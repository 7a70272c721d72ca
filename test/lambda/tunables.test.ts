import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import * as ts from "typescript";
import * as tunables from "../../lambda/shared/tunables";

const source = readFileSync(join(__dirname, "../../lambda/shared/tunables.ts"), "utf8");
const script = ts.transpileModule(source, {
  compilerOptions: { module: ts.ModuleKind.CommonJS },
}).outputText;

/** Loads the tunables with one number changed, as whoever edits the file would. */
function loadWith(name: string, value: number): void {
  const line = new RegExp(`^exports\\.${name} = (?!void).*;$`, "m");
  if (!line.test(script)) throw new Error(`tunables.ts has no ${name}`);
  runInNewContext(script.replace(line, `exports.${name} = ${value};`), { exports: {} });
}

describe("numbers that do not fit each other stop the program when it loads", () => {
  test.each<[string, number, number, string]>([
    ["LOOP_SECONDS", 129, 128, "a loop outlives the longest gap between two starts by one slot"],
    ["LOOP_TIMEOUT_SECONDS", 135, 134, "a loop's last look ends before the function's timeout"],
    [
      "PROGRESS_STALE_SECONDS",
      79,
      78,
      "an AZ failover, one look, one progress write and one probe together stay below T",
    ],
    ["PROBE_TIMEOUT_MS", 2_501, 2_500, "order-api gives its answer before a probe gives up"],
    ["FLAPPING_ALIVE_STALE_SECONDS", 6, 5, "signs of life are renewed before they count as stale"],
    ["ALIVE_STALE_SECONDS", 11, 10, "signs of life are renewed before they count as stale"],
    ["LATCH_FAILURES", 2, 1, "the latch outlasts the ledger's re-forming"],
    ["PROCESSOR_TIMEOUT_SECONDS", 7, 6, "a stuck database is given up before the processor's"],
    ["FLAPPING_BAD_SLOTS", 12, 13, "flapping fits the looks that are kept"],
    ["SWEEP_TIMEOUT_SECONDS", 59, 60, "a sweep ends before the next one starts"],
    ["API_TIMEOUT_SECONDS", 6, 5, "a probe gives up before a function behind the API is cut off"],
    ["SENTINEL_RESERVED_CONCURRENCY", 4, 3, "overlapping loops have room"],
    ["ORCHESTRATOR_RESERVED_CONCURRENCY", 19, 18, "overlapping loops have room"],
    ["ACTIVATE_TIMEOUT_MS", 24_999, 25_000, "an activation that was begun ends before its run"],
    ["CANARY_TIMEOUT_SECONDS", 60, 59, "a canary gives its own verdict before it is cut off"],
    ["CANARY_TIMEOUT_SECONDS", 300, 301, "a canary ends before its next run"],
    ["OPEN_ORDER_SECONDS", 298, 297, "an order whose hint was lost is closed before it counts"],
    ["HINT_RETENTION_SECONDS", 241, 240, "hints that are not taken are told before they vanish"],
    ["PROMOTION_MAX_SECONDS", 188, 189, "every way of failing over fits the RTO"],
    ["DNS_TTL_SECONDS", 200, 201, "every way of failing over fits the RTO"],
  ])("%s may be %d and not %d", (name, allowed, refused, relation) => {
    expect(() => loadWith(name, allowed)).not.toThrow();
    expect(() => loadWith(name, refused)).toThrow(`tunables: ${relation}`);
  });
});

test("the budget is the design's", () => {
  const { budget, settledBudgetSeconds } = tunables;
  expect(budget).toEqual({
    homeLostSignsSeconds: 37,
    settlingStoppedSignsSeconds: 94,
    fenceSeconds: 3,
    promotionSeconds: 180,
    activateAndSweepSeconds: 15,
    dnsSeconds: 160,
  });
  expect(settledBudgetSeconds).toEqual({ homeLost: 235, settlingStopped: 292 });
  expect(tunables.RTO_SECONDS).toBe(300);
});

test("every number is above 0, and what is a time says its unit last", () => {
  for (const [name, value] of Object.entries(tunables)) {
    if (typeof value !== "number") continue;
    expect([name, value > 0]).toEqual([name, true]);
    const isTime = /TIMEOUT|INTERVAL|STALE|REFRESH|TTL|CUTOFF|RESERVE_|RETENTION|VISIBILITY/.test(
      name,
    );
    if (isTime) expect(name).toMatch(/_(SECONDS|MS)$/);
  }
});
