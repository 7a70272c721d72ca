import { sabotages, type Sabotage } from "../mutations/sabotages";
import { OptionError, parseOptions } from "../../support/cli/options";
import { type Baseline, type Hunted, type PlayGlance, hunt } from "../runner/sabotage";
import {
  type SabotageOptions,
  compareCommand,
  compareOptionsOf,
  sabotageCommand,
  sabotageOptionsOf,
} from "../runner/sabotageOptions";
import type { Glance } from "../runner/sabotagePlay";
import { sabotageText } from "../runner/sabotageText";
import { drawSchedule } from "../scenario/schedule";

const names = ["no latch", "no target"];
const usual = { seed: "1", within: 5, isEvery: true };

const kindOf = (seed: string): string => drawSchedule(seed).kind;

/** A fake player that knows which designs break a promise at which seeds. */
class Heart {
  readonly played: string[] = [];

  constructor(private readonly breaks: Readonly<Record<string, readonly string[]>>) {}

  readonly play: PlayGlance = (design, seed): Promise<Glance> => {
    this.played.push(`${design} ${seed}`);
    const isBroken = this.breaks[design]?.includes(seed) === true;
    const none = { settled: null, accepted: null, overhead: null };
    return Promise.resolve({
      seed,
      kind: kindOf(seed),
      verdict: isBroken ? "FAILED" : "PASSED",
      isSurvivable: true,
      broken: isBroken ? [{ name: "a promise", seen: "of it" }] : [],
      hasBound: false,
      recovery: none,
      acknowledged: 1,
      lost: 0,
      doubled: 0,
      splitBrainSeconds: 0,
    });
  };
}

const weak: Sabotage = { mutation: { name: "weak" }, halves: [], kinds: [] };
const both: Sabotage = {
  mutation: { name: "both" },
  halves: [{ name: "one" }, { name: "other" }],
  kinds: [],
};

function play(sabotage: Sabotage, heart: Heart, options = usual): Promise<Hunted> {
  return hunt(sabotage, options, heart.play, new Map());
}

describe("sabotage with one mutation", () => {
  it("ends with the first outage that breaks a promise, and says which one", async () => {
    const heart = new Heart({ weak: ["1.2", "1.3"] });
    expect(await play(weak, heart)).toEqual({
      name: "weak",
      changes: "",
      caught: { outage: 3, seed: "1.2", kind: kindOf("1.2"), promise: "a promise", seen: "of it" },
      played: 3,
      pair: null,
    });
    expect(heart.played).toEqual(["weak 1", "weak 1.1", "weak 1.2", "ours 1.2"]);
  });

  it("does not count what our own design breaks at the same seed", async () => {
    const { caught } = await play(weak, new Heart({ weak: ["1", "1.4"], ours: ["1"] }));
    expect(caught?.seed).toBe("1.4");
  });

  it("counts a pair only if each half alone breaks nothing", async () => {
    const heart = new Heart({ both: ["1", "1.1", "1.3"], one: ["1"], other: ["1.1"] });
    const { caught, pair } = await play(both, heart);
    expect(caught?.seed).toBe("1.3");
    // The covered mutation is also played alone in the outages before the catch, and its breaches
    // are reported.
    expect(pair).toEqual({ covered: "one", guard: "other", played: 4, caughtAlone: ["1"] });
  });

  it("stops after the allowed number of outages", async () => {
    const heart = new Heart({ weak: ["1.5"] });
    expect(await play(weak, heart)).toMatchObject({ caught: null, played: 5 });
  });

  it("skips kinds in which the mutation cannot show, unless every outage is requested", async () => {
    const sabotage = { ...weak, kinds: [kindOf("1.3")] };
    const isEarlier = ["1", "1.1", "1.2"].some((seed) => kindOf(seed) === kindOf("1.3"));
    expect(isEarlier).toBe(false);
    const breaks = { weak: ["1.3"] };
    const hunted = await play(sabotage, new Heart(breaks), { ...usual, isEvery: false });
    expect(hunted).toMatchObject({ caught: { outage: 4, seed: "1.3" }, played: 1 });
    expect(await play(sabotage, new Heart(breaks))).toMatchObject({ played: 4 });
  });

  it("plays our own design only once per seed", async () => {
    const heart = new Heart({ both: ["1"], weak: ["1"] });
    const baseline: Baseline = new Map();
    for (const each of [both, weak]) await hunt(each, usual, heart.play, baseline);
    expect(heart.played.filter((each) => each === "ours 1")).toHaveLength(1);
  });
});

it("the table lists which mutations were caught and which were not", async () => {
  const heart = new Heart({ weak: ["1"] });
  const hunted = [await play(weak, heart), await play(both, heart)];
  const text = sabotageText(hunted, usual);
  const row = [`weak`, `1`, `1`, `1`, kindOf("1"), "a promise"];
  expect(text.split("\n").find((line) => line.includes("weak"))).toMatch(
    new RegExp(row.join(" +")),
  );
  expect(text).toMatch(/ both +NOT CAUGHT +5\n/);
  expect(text).toMatch(/FAILED: 1 of 2 mutations not caught within 5 outages\.$/);
  expect(sabotageText(hunted.slice(0, 1), usual)).toMatch(/PASSED: 1 mutations caught/);
});

describe("options", () => {
  const parse = (...args: string[]): SabotageOptions =>
    sabotageOptionsOf(parseOptions(sabotageCommand, args), names, 2);

  it("by default play all mutations within 2,000 outages of seed 1 on all cores", () => {
    expect(parse()).toEqual({
      only: undefined,
      seed: "1",
      within: 2_000,
      jobs: 2,
      isEvery: false,
      isJson: false,
    });
    expect(compareOptionsOf(parseOptions(compareCommand, []), 2)).toEqual({
      seed: "1",
      outages: 200,
      jobs: 2,
      isJson: false,
    });
  });

  it("have two spellings", () => {
    const args = [
      "--only",
      "no latch",
      "--seed=7",
      "--within",
      "30",
      "--jobs=1",
      "--every",
      "--json",
    ];
    expect(parse(...args)).toEqual({
      only: "no latch",
      seed: "7",
      within: 30,
      jobs: 1,
      isEvery: true,
      isJson: true,
    });
  });

  it.each([
    [["--only", "latch"], '--only: got "latch"; allowed are no latch; no target'],
    [["--seed", "1.2"], '--seed: got "1.2"; allowed is a whole number'],
    [["--within", "0"], '--within: got "0"; allowed is a whole number from 1 to 1000000'],
  ])("%j is wrong", (args, message) => {
    expect(() => parse(...args)).toThrow(OptionError);
    expect(() => parse(...args)).toThrow(message);
  });
});

it("every mutation has a unique name", () => {
  const all = sabotages.map(({ mutation }) => mutation.name);
  expect(new Set(all).size).toBe(all.length);
});
