import { START_MS } from "../../support/simulation/simulation";
import { type CompareRow, compare, compareText, rowOf } from "../runner/compare";
import { OURS } from "../runner/options";
import type { Glance } from "../runner/sabotagePlay";
import type { PlayGlance } from "../runner/sabotage";
import { oneDatabase, splitBrainSeconds } from "../scenario/promises/splitBrain";
import type { Scene } from "../scenario/promises/watcher";
import type { Happening } from "../world/happenings";
import { play } from "./playing/client";

const good: Glance = {
  seed: "1.0",
  kind: "region",
  verdict: "PASSED",
  isSurvivable: true,
  broken: [],
  hasBound: true,
  recovery: { settled: 100, accepted: 50, overhead: 20 },
  acknowledged: 300,
  lost: 0,
  doubled: 0,
  splitBrainSeconds: 0,
};
const broken = ["no order is there twice", "no acknowledged order is missing"];
const bad: Glance = {
  ...good,
  verdict: "FAILED",
  broken: broken.map((name) => ({ name, seen: "" })),
  recovery: { settled: null, accepted: 90, overhead: null },
  acknowledged: 200,
  lost: 7,
  doubled: 2,
  splitBrainSeconds: 12.5,
};
const lostTwice: Glance = { ...good, verdict: "NOT SURVIVABLE", isSurvivable: false };
const quiet: Glance = { ...good, hasBound: false };
const limping: Glance = { ...good, verdict: "FAILED", broken: [{ name: broken[1]!, seen: "" }] };

describe("a design's results", () => {
  const row = rowOf("plain", [good, bad, { ...lostTwice, hasBound: false }, quiet, limping]);

  it("are added up exactly", () => {
    expect(row).toEqual({
      design: "plain",
      outages: 5,
      survivable: 4,
      survived: 2,
      settled: { count: 3, p50: 100, p99: 100, max: 100, never: 1 },
      accepted: { count: 3, p50: 50, p99: 90, max: 90, never: 0 },
      acknowledged: 1_400,
      lost: 7,
      outagesWithLoss: 1,
      doubled: 2,
      splitBrainSeconds: 12.5,
      outagesWithSplitBrain: 1,
      broken: [
        { promise: "no acknowledged order is missing", outages: 2 },
        { promise: "no order is there twice", outages: 1 },
      ],
    } satisfies CompareRow);
  });

  it("are in a column of their own", () => {
    const text = compareText({ seed: "1", outages: 5, rows: [rowOf("ours", [good]), row] });
    expect(text).toMatch(/ours +plain\n/);
    expect(text).toMatch(/outages survived +1 of 1 +2 of 4\n/);
    expect(text).toMatch(/share survived +100\.0 % +50\.0 %\n/);
    expect(text).toMatch(/never +0 of 1 +1 of 3\n/);
    expect(text).toMatch(/split brain +0\.0 s +12\.5 s\n/);
  });
});

it("cover the same seeds and kind, whatever the order in which outages end", async () => {
  const played: string[] = [];
  const play: PlayGlance = async (design, seed, kind) => {
    await new Promise((resolve) => setTimeout(resolve, played.length % 2));
    played.push(`${design} ${seed} ${kind}`);
    return design === "plain" ? bad : good;
  };
  const { rows } = await compare({ seed: "4", outages: 2, kind: "API" }, play);
  expect(rows.map(({ design, lost, survived }) => [design, lost, survived])).toEqual([
    ["ours", 0, 2],
    ["plain", 14, 0],
    ["seed-in-standby", 0, 2],
  ]);
  const seeds = ["4", "4.1"];
  expect(played.sort()).toEqual(
    ["ours", "plain", "seed-in-standby"].flatMap((design) =>
      seeds.map((s) => `${design} ${s} API`),
    ),
  );
});

describe("split brain", () => {
  /**
   * Batches as [second, region, right]. Returns whether each counted as split brain, and the total.
   */
  function watched(batches: readonly (readonly [number, string, number])[]): [boolean[], number] {
    const base = { nowMs: START_MS };
    const world = { base } as unknown as Scene["world"];
    const see = oneDatabase.watch({ world } as Scene);
    const seen = batches.map(([second, region, right]) => {
      base.nowMs = START_MS + second * 1000;
      const happening = { kind: "rows committed", region, right, rows: [{}], volumeId: 1 };
      return see(happening as unknown as Happening) !== undefined;
    });
    return [seen, splitBrainSeconds(world)];
  }

  it("is zero if one region follows the other, there and back", () => {
    const story = [
      [0, "a", 1],
      [5, "a", 1],
      [60, "b", 2],
      [70, "b", 2],
      [90, "a", 3],
    ] as const;
    expect(watched(story)).toEqual([[false, false, false, false, false], 0]);
  });

  it("lasts while the replaced region still takes rows", () => {
    const story = [
      [0, "a", 1],
      [60, "b", 2],
      [64, "a", 1],
      [70, "b", 2],
      [74, "a", 1],
    ] as const;
    expect(watched(story)).toEqual([[false, false, true, false, true], 14]);
  });

  it("counts a pause of more than half a minute as half a minute", () => {
    const story = [
      [0, "a", 1],
      [60, "b", 2],
      [160, "a", 1],
    ] as const;
    expect(watched(story)).toEqual([[false, false, true], 30]);
  });

  it("counts for the earlier region if both have written under one right", () => {
    const story = [
      [0, "a", 1],
      [10, "b", 1],
      [12, "a", 1],
      [13, "b", 1],
    ] as const;
    expect(watched(story)).toEqual([[false, false, true, false], 2]);
  });
});

it("after the loss of a region the plain designs lose orders, and ours loses none", async () => {
  const [ours, seeds] = await Promise.all(
    [OURS, "seed-in-standby"].map((design) =>
      play("glanceAt", { design, seed: "2", kind: "region" }),
    ),
  );
  expect(ours).toMatchObject({ verdict: "PASSED", lost: 0, splitBrainSeconds: 0 });
  expect(seeds!.lost).toBeGreaterThan(100);
  expect(seeds!.recovery.settled ?? Infinity).toBeGreaterThan(ours!.recovery.settled!);
}, 60_000);
