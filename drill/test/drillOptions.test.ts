import { OptionError } from "../options";
import { assertDrawn, keepText, keptOf } from "../runner/kept";
import { type DrillOptions, parseDrillOptions } from "../runner/options";
import { seedOfOutage } from "../runner/seeds";

const names = { kinds: ["region", "none"], designs: ["ours", "no latch"] };
const parse = (...args: string[]): DrillOptions => parseDrillOptions(args, names, 2);

it("a drill is 1,000 outages of seed 1 on all cores where nothing is asked", () => {
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

it("every option is taken, in either spelling", () => {
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
    jobs: 3,
    isTraced: true,
    isJson: true,
    report: "out.html",
    shown: "4.2",
  });
});

it.each([
  [["--outages", "0"], "--outages 0: a whole number from 1 to 1000000"],
  [["--seed", "x"], "--seed x: a seed is a whole number"],
  [["--seed", "4."], "--seed 4.: a seed is a whole number"],
  [["--show", "x", "--report", "a"], "--show x: a seed is a whole number"],
  [["--fault", "flood"], '--fault "flood": allowed are region; none'],
  [["--design", "other"], '--design "other": allowed are ours; no latch'],
  [["--keep", "a"], "--keep a: an index of the schedule"],
  [["--keep", "0:0", "--outages", "1"], "--keep 0:0: an index of the schedule"],
  [["--keep", "1,0,1:5", "--outages", "1"], "--keep 1,0,1:5: 1 stands there twice"],
  [["--keep", "0"], "--keep with 1000 outages"],
  [["--jobs"], "Option '--jobs <value>' argument missing; options: --outages N"],
  [["--speed", "1"], "Unknown option '--speed'; options: --outages N"],
  [["region"], "Unexpected argument 'region'; options: --outages N"],
  [["--json=yes"], "Option '--json' does not take an argument; options: --outages N"],
  [["--report", "--json"], "Option '--report' argument is ambiguous; options: --outages N"],
  [["--trace"], "--trace with 1000 outages"],
  [["--seed", "4.7", "--outages", "3"], "--seed 4.7 with 3 outages: it speaks of one"],
  [["--show", "1.2"], "--show 1.2 without --report FILE"],
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
    const wrong = new OptionError("--keep 3: not drawn by this seed, allowed are 0, 1, 2");
    expect(() => assertDrawn([{ index: 0 }, { index: 3 }], [0, 1, 2])).toThrow(wrong);
    const none = new OptionError("--keep 0: not drawn by this seed, it draws no fault");
    expect(() => assertDrawn([{ index: 0 }], [])).toThrow(none);
  });
});
