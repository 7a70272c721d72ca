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
import { drawSchedule, scheduleText } from "../scenario/schedule";

const names = ["no latch", "no target"];
const usual = { seed: "1", within: 5 };
const KIND = "throttled";

/** A fake player that knows which designs break a promise at which seeds. */
class Heart {
  readonly played: string[] = [];

  constructor(private readonly breaks: Readonly<Record<string, readonly string[]>>) {}

  readonly play: PlayGlance = (design, seed, kind): Promise<Glance> => {
    expect(kind).toBe(KIND);
    this.played.push(`${design} ${seed}`);
    const isBroken = this.breaks[design]?.includes(seed) === true;
    const none = { settled: null, accepted: null, overhead: null };
    return Promise.resolve({
      seed,
      kind: KIND,
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

const weak: Sabotage = { mutation: { name: "weak" }, halves: [], kind: KIND, drawn: undefined };
const both: Sabotage = {
  ...weak,
  mutation: { name: "both" },
  halves: [{ name: "one" }, { name: "other" }],
};

function play(sabotage: Sabotage, heart: Heart): Promise<Hunted> {
  return hunt(sabotage, usual, heart.play, new Map());
}

describe("sabotage with one mutation", () => {
  it("ends with the first outage of its kind that breaks a promise, and says which one", async () => {
    const heart = new Heart({ weak: ["1.2", "1.3"] });
    expect(await play(weak, heart)).toEqual({
      name: "weak",
      changes: "",
      kind: KIND,
      caught: { seed: "1.2", promise: "a promise", seen: "of it" },
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

  it("plays only outages whose schedule can show the mutation", async () => {
    const heart = new Heart({});
    await play({ ...weak, drawn: /POST \/orders/ }, heart);
    expect(heart.played).toHaveLength(usual.within);
    for (const each of heart.played) {
      const schedule = drawSchedule(each.replace("weak ", ""), { kind: KIND });
      expect(scheduleText(schedule)).toContain("POST /orders");
    }
  });

  it("is not caught if no schedule can show it", async () => {
    const never = { ...weak, drawn: /this is never drawn/ };
    expect(await play(never, new Heart({}))).toMatchObject({ caught: null, played: 0 });
  });

  it("plays our own design only once per outage", async () => {
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
  const row = [`weak`, `1`, `1`, KIND, "a promise"];
  expect(text.split("\n").find((line) => line.includes("weak"))).toMatch(
    new RegExp(row.join(" +")),
  );
  expect(text).toMatch(/ both +NOT CAUGHT in 5 /);
  expect(text).toMatch(/FAILED: 1 of 2 mutations not caught within 5 outages\.$/);
  expect(sabotageText(hunted.slice(0, 1), usual)).toMatch(/PASSED: 1 mutations caught/);
});

describe("options", () => {
  const parse = (...args: string[]): SabotageOptions =>
    sabotageOptionsOf(parseOptions(sabotageCommand, args), names, 2);

  it("by default play all mutations within 60 outages of seed 1 on all cores", () => {
    expect(parse()).toEqual({
      only: undefined,
      seed: "1",
      within: 60,
      jobs: 2,
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
    const args = ["--only", "no latch", "--seed=7", "--within", "30", "--jobs=1", "--json"];
    expect(parse(...args)).toEqual({
      only: "no latch",
      seed: "7",
      within: 30,
      jobs: 1,
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
