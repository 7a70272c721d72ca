import { corpus } from "../../drill/corpus";
import { parseDrillOptions } from "../../drill/runner/options";
import type { Played, Task } from "../../drill/runner/played";
import type { Pool } from "../../drill/runner/pool";
import { run } from "../../drill/runner/run";
import { failureText, resultsText } from "../../drill/runner/text";
import { oursPool } from "./ours";

// With eight in outage.test.ts, nine in runner.test.ts, twenty-five in properties.test.ts and five to
// show that an armed start is one, they are two hundred, the corpus beside them.
const options = parseDrillOptions(["--outages", "135", "--jobs", "2"], {
  kinds: [],
  designs: [],
});

let pool: Pool;

beforeAll(async () => {
  pool = await oursPool(2);
}, 60_000);

afterAll(() => pool.close());

it("135 outages of the ordinary mix break no promise", async () => {
  const { results, failures } = await run(options, (task) => pool.play(task));
  expect(failures.map((failure) => failureText(failure, options))).toEqual([]);
  expect(results.brokenByAll).toEqual([]);
  expect(results.outages).toBe(options.outages);
  expect(results.orders).toMatchObject({ missing: 0, doubled: 0, altered: 0 });
  // An order every two seconds and a canary one every ten, less what an outage refuses.
  expect(results.orders.acknowledged).toBeGreaterThan(0.4 * results.virtualSeconds);
  expect(results.virtualSeconds).toBeGreaterThanOrEqual(options.outages * 720);
  expect(resultsText(results)).toMatch(/PASSED: 135 outages\.$/);
}, 240_000);

it("twenty losses of the region break none, each in its own way", async () => {
  const tasks = Array.from({ length: 20 }, (_, i): Task => {
    return { index: i, seed: String(i + 1), kind: "region" };
  });
  const played = await Promise.all(tasks.map((task) => pool.play(task)));
  expect(played.flatMap(({ broken }) => broken)).toEqual([]);
  expect(new Set(played.map(({ traceHash }) => traceHash)).size).toBe(20);
  for (const { recovery, orders } of played) {
    expect(recovery.overhead).toBeGreaterThan(20);
    expect(recovery.overhead).toBeLessThanOrEqual(60);
    expect(recovery.settled).toBeLessThanOrEqual(240);
    expect(orders).toMatchObject({ missing: 0, doubled: 0, altered: 0 });
    expect(orders.acknowledged).toBeGreaterThan(250);
  }
}, 120_000);

describe("a seed that once failed", () => {
  const played = new Map<Task, Promise<Played>>();
  const tasks = corpus.map(({ seed, kind }, index): Task => ({ index, seed, kind }));

  beforeAll(() => {
    for (const task of tasks) {
      const outage = pool.play(task);
      outage.catch(() => undefined);
      played.set(task, outage);
    }
  });

  it.each(tasks)(
    "$seed $kind breaks nothing any more",
    async (task) => {
      const { broken, verdict } = await played.get(task)!;
      expect(broken).toEqual([]);
      expect(verdict).not.toBe("FAILED");
    },
    120_000,
  );
});
