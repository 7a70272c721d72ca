import { OptionError, parseOptions } from "../../support/cli/options";
import { assertDrawn, keepText, keptOf } from "../runner/kept";
import { type DrillOptions, drillCommand, drillOptionsOf } from "../runner/options";
import { seedOfOutage } from "../runner/seeds";
import { startCommand, startOptionsOf } from "../runner/startOptions";

const names = { kinds: ["region", "none"], designs: ["ours", "no latch"] };
const parse = (...args: string[]): DrillOptions =>
  drillOptionsOf(parseOptions(drillCommand, args), names, 2);

it("by default, the drill plays 1,000 outages of seed 1 on all cores", () => {
  expect(parse()).toEqual({
    seed: "1",
    outages: 1_000,
    fault: undefined,
    design: "ours",
    retention: "ephemeral",
    keep: undefined,
    jobs: 2,
    isTraced: false,
    isJson: false,
    report: undefined,
    shown: undefined,
  });
});

it("every option has two spellings, and jobs are capped at the cores", () => {
  const options = parse(
    ...["--outages", "1", "--seed=7.12", "--fault", "region", "--design=no latch"],
    "--retention=durable",
    ...["--keep", "0,2:30.5", "--jobs", "3", "--trace", "--json"],
    ...["--report", "out.html", "--show", "4.2"],
  );
  expect(options).toEqual({
    seed: "7.12",
    outages: 1,
    fault: "region",
    design: "no latch",
    retention: "durable",
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
  it("of a run is the seed of its first outage; the others append their number", () => {
    expect([0, 1, 12].map((index) => seedOfOutage("4", index))).toEqual(["4", "4.1", "4.12"]);
  });

  it("has one spelling", () => {
    const seeds = ["4", "4.0", "004", "4.07"].map(
      (seed) => parse("--outages", "1", "--seed", seed).seed,
    );
    expect(seeds).toEqual(["4", "4", "4", "4.7"]);
  });
});

describe("--keep", () => {
  it("formats what it parses", () => {
    expect(keepText(keptOf("3,0:12.5"))).toBe("3,0:12.5");
  });

  it("accepts only faults that were drawn", () => {
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

  it("by default, plays seed 1 and the loss of home", () => {
    const usual = { seed: "1", fault: "region", isTraced: false, isJson: false };
    expect(parse()).toEqual(usual);
  });

  it("ignores leading zeros of a seed", () => {
    const asked = { seed: "42", fault: "none", isTraced: true, isJson: true };
    expect(parse("--seed=042", "--fault", "none", "--trace", "--json")).toEqual(asked);
  });

  it("rejects other faults", () => {
    expect(() => parse("--fault", "flood")).toThrow(
      '--fault: got "flood"; allowed are region; none',
    );
  });
});
