import { parseDrillOptions } from "../../drill/runner/options";
import type { Pool } from "../../drill/runner/pool";
import { run } from "../../drill/runner/run";
import { failureText, resultsText } from "../../drill/runner/text";
import { oursPool } from "./ours";

// With twenty in corpus.test.ts, eight in outage.test.ts and nine in runner.test.ts two hundred.
const options = parseDrillOptions(["--outages", "165", "--jobs", "1"], {
  kinds: [],
  designs: [],
});

let pool: Pool;

beforeAll(async () => {
  pool = await oursPool();
}, 60_000);

afterAll(() => pool.close());

it("165 outages of the ordinary mix break no promise", async () => {
  const { results, failures } = await run(options, (task) => pool.play(task));
  expect(failures.map((failure) => failureText(failure, options))).toEqual([]);
  expect(results.brokenByAll).toEqual([]);
  expect(results.outages).toBe(options.outages);
  expect(results.orders).toMatchObject({ missing: 0, doubled: 0, altered: 0 });
  // An order every two seconds and a canary one every ten, less what an outage refuses.
  expect(results.orders.acknowledged).toBeGreaterThan(0.4 * results.virtualSeconds);
  expect(results.virtualSeconds).toBeGreaterThanOrEqual(options.outages * 720);
  expect(resultsText(results)).toMatch(/PASSED: 165 outages\.$/);
}, 240_000);
