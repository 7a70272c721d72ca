import { corpus } from "../corpus";
import { page } from "../report/page/page";
import { parseOptions } from "../../support/cli/options";
import { OURS, drillCommand, drillOptionsOf } from "../runner/options";
import type { Played, Task } from "../runner/played";
import { pageDataOf } from "../runner/reporting";
import { type RunOutcome, run } from "../runner/run";
import { failureText, replayLine, resultsText } from "../runner/text";
import { chromium, opened } from "./chromium";
import { playTask } from "./playing/client";

// Together with twenty losses of the region below, eight outages in outage.test.ts, nine in
// runner.test.ts, twenty-five in properties.test.ts and five that compare an armed start, the tests
// play about two hundred outages.
const given = parseOptions(drillCommand, ["--outages", "135"]);
const options = drillOptionsOf(given, { kinds: [], designs: [OURS] }, 2);

const play = (task: Task): Promise<Played> => playTask(task);

let outcome: RunOutcome;

it("135 outages of the ordinary mix break no promise", async () => {
  outcome = await run(options, play);
  const { results, failures } = outcome;
  expect(failures.map((failure) => failureText(failure, options))).toEqual([]);
  expect(results.brokenByAll).toEqual([]);
  expect(results.outages).toBe(options.outages);
  expect(results.orders).toMatchObject({ missing: 0, rejected: 0, doubled: 0, altered: 0 });
  // One order every two seconds and one canary order every ten, minus those that an outage refuses.
  expect(results.orders.acknowledged).toBeGreaterThan(0.4 * results.virtualSeconds);
  expect(results.virtualSeconds).toBeGreaterThanOrEqual(options.outages * 720);
  expect(resultsText(results)).toMatch(/PASSED: 135 outages\.$/);
}, 240_000);

(chromium === undefined ? it.skip : it)(
  "their report opens in Chromium without requests or console messages",
  async () => {
    const designs = [
      ["", OURS],
      ["outages survived", String(outcome.results.outages)],
    ];
    const data = await pageDataOf(outcome, { ...options, shown: "1.3" }, play, designs);
    const { requests, console, dom } = opened(page(data));
    expect(requests).toEqual([]);
    expect(console).toEqual([]);
    for (const { title, seed } of data.pictures) {
      expect(dom).toContain(title);
      expect(dom).toContain(`--seed ${seed} --outages 1`);
    }
    expect(data.pictures.map(({ title }) => title)).toEqual([
      "The slowest recovery",
      "The chosen outage",
    ]);
  },
  90_000,
);

it("twenty losses of the region break no promise and all differ", async () => {
  const tasks = Array.from({ length: 20 }, (_, i): Task => {
    return { index: i, seed: String(i + 1), kind: "region" };
  });
  const played = await Promise.all(tasks.map((task) => play(task)));
  expect(played.flatMap(({ broken }) => broken)).toEqual([]);
  expect(new Set(played.map(({ traceHash }) => traceHash)).size).toBe(20);
  for (const { recovery, orders } of played) {
    expect(recovery.overhead).toBeGreaterThan(20);
    expect(recovery.overhead).toBeLessThanOrEqual(60);
    expect(recovery.settled).toBeLessThanOrEqual(240);
    expect(orders).toMatchObject({ missing: 0, rejected: 0, doubled: 0, altered: 0 });
    expect(orders.acknowledged).toBeGreaterThan(250);
  }
}, 120_000);

describe("a seed that once failed", () => {
  const played = new Map<Task, Promise<Played>>();
  const tasks = corpus.map(({ seed, kind }, index): Task => ({ index, seed, kind }));

  beforeAll(() => {
    for (const task of tasks) {
      const outage = play(task);
      outage.catch(() => undefined);
      played.set(task, outage);
    }
  });

  it.each(tasks)(
    "$seed $kind breaks no promise any more",
    async (task) => {
      const { broken, verdict } = await played.get(task)!;
      const line = replayLine(task, { fault: task.kind, design: OURS, retention: "ephemeral" });
      expect({ line, broken, verdict }).toEqual({
        line,
        broken: [],
        verdict: expect.stringMatching(/^(PASSED|NOT SURVIVABLE)$/) as string,
      });
    },
    120_000,
  );
});
