import { type Figure, document, failures, figuresText, median, percentile } from "../bench/figures";

const kept: Figure = { what: "a", measured: "1 s", limit: "<= 2 s", isKept: true };
const missed: Figure = { ...kept, what: "b", isKept: false };
const goal: Figure = { ...missed, what: "c", isGoal: true };

test("a missed limit is a failure, a missed goal is none", () => {
  expect(failures([kept, missed, goal, { what: "d", measured: "1" }])).toEqual([missed]);
  expect(figuresText([kept, missed, goal])).toMatch(/a .*kept\n.*b .*FAILED\n.*c .*goal missed/);
});

test("medians and percentiles are values that were measured", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(percentile([1, 2, 3, 4], 0.99)).toBe(4);
  expect(() => median([])).toThrow("nothing was measured");
});

test("the document names the machine and has each figure", () => {
  const machine = {
    cpus: "2 x CPU",
    memory: "8 GiB",
    node: "v24",
    postgres: "15",
    load: "0",
    date: "d",
  };
  const text = document(machine, [kept], { "npm run other": "  its output\n" });
  expect(text).toContain("- cpus: 2 x CPU");
  expect(text).toContain("| a | 1 s | <= 2 s | kept |");
  expect(text).toContain("## `npm run other`\n\n```text\nits output\n```");
});
