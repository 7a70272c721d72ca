import { OptionError, parseOptions } from "../../support/cli/options";
import { assertDrawn, keepText, keptOf } from "../runner/kept";
import { type DrillOptions, drillCommand, drillOptionsOf } from "../runner/options";
import { seedOfOutage } from "../runner/seeds";
import { startCommand, startOptionsOf } from "../runner/startOptions";

const names = { kinds: ["region", "none"], designs: ["ours", "no latch"] };
const parse = (...args: string[]): DrillOptions =>
  drillOptionsOf(parseOptions(drillCommand, args), names, 2);

it("plays 1,000 outages of seed 1 on all cores without options", () => {
  expect(parse()).toEqual({
    seed: "1",
    outages: 1_000,
    fault: undefined,
    design: "ours",
    keep: undefined,
    jobs: 2,
    isTraced: false,
    isJson: false,
    report: undefined,
    shown: undefined,
  });
});

it("takes every option in either spelling, and no more threads than cores", () => {
  const options = parse(
    ...["--outages", "1", "--seed=7.12", "--fault", "region", "--design=no latch"],
    ...["--keep", "0,2:30.5", "--jobs", "3", "--trace", "--json"],
    ...["--report", "out.html", "--show", "4.2"],
  );
  expect(options).toEqual({
    seed: "7.12",
    outages: 1,
    fault: "region",
    design: "no latch",
    keep: [{ index: 0 }, { index: 2, seconds: 30.5 }],
    jobs: 2,
    isTraced: true,
    isJson: true,
    report: "out.html",
    shown: "4.2",
  });
});

it.each([
  [["--outages", "0"], '--outages: got "0"; allowed is a whole number from 1 to 1000000'],
  [["--seed", "x"], '--seed: got "x"; allowed is a whole number, or SEED.NUMBER'],
  [["--seed", "4."], '--seed: got "4."; allowed is a whole number, or SEED.NUMBER'],
  [["--show", "x", "--report", "a"], '--show: got "x"; allowed is a whole number'],
  [["--fault", "flood"], '--fault: got "flood"; allowed are region; none'],
  [["--design", "other"], '--design: got "other"; allowed are ours; no latch'],
  [["--keep", "a"], '--keep: got "a"; allowed is INDEX or INDEX:SECONDS'],
  [["--keep", "0:0", "--outages", "1"], '--keep: got "0:0"; allowed is INDEX or INDEX:SECONDS'],
  [["--keep", "1,0,1:5", "--outages", "1"], '--keep: got 1 twice in "1,0,1:5"'],
  [["--keep", "0"], "--keep needs a single outage, got 1000: add --outages 1"],
  [["--trace"], "--trace needs a single outage, got 1000: add --outages 1"],
  [["--seed", "4.7", "--outages", "3"], "--seed 4.7 needs a single outage, got 3"],
  [["--show", "1.2"], "--show 1.2 needs a report: add --report FILE"],
])("%j is a wrong option", (args, message) => {
  expect(() => parse(...args)).toThrow(OptionError);
  expect(() => parse(...args)).toThrow(message);
});

describe("a seed", () => {
  it("of a run is its first outage's, the others have their number behind it", () => {
    expect([0, 1, 12].map((index) => seedOfOutage("4", index))).toEqual(["4", "4.1", "4.12"]);
  });

  it("has one spelling", () => {
    const seeds = ["4", "4.0", "004", "4.07"].map(
      (seed) => parse("--outages", "1", "--seed", seed).seed,
    );
    expect(seeds).toEqual(["4", "4", "4", "4.7"]);
  });
});

describe("what is kept of a schedule", () => {
  it("is said as it is read", () => {
    expect(keepText(keptOf("3,0:12.5"))).toBe("3,0:12.5");
  });

  it("must have been drawn", () => {
    expect(() => assertDrawn([{ index: 0 }, { index: 2 }], [0, 1, 2])).not.toThrow();
    const wrong = new OptionError(
      "--keep: got 3, which this seed does not draw; allowed are 0, 1, 2",
    );
    expect(() => assertDrawn([{ index: 0 }, { index: 3 }], [0, 1, 2])).toThrow(wrong);
    const none = new OptionError("--keep: got 0, which this seed does not draw; it draws no fault");
    expect(() => assertDrawn([{ index: 0 }], [])).toThrow(none);
  });
});

describe("npm start", () => {
  const parse = (...args: string[]) => startOptionsOf(parseOptions(startCommand, args));

  it("plays seed 1 and the loss of home without options", () => {
    const usual = { seed: "1", fault: "region", isTraced: false, isJson: false };
    expect(parse()).toEqual(usual);
  });

  it("takes a seed with leading zeros as the number that it is", () => {
    const asked = { seed: "42", fault: "none", isTraced: true, isJson: true };
    expect(parse("--seed=042", "--fault", "none", "--trace", "--json")).toEqual(asked);
  });

  it("refuses other faults", () => {
    expect(() => parse("--fault", "flood")).toThrow(
      '--fault: got "flood"; allowed are region; none',
    );
  });
});
