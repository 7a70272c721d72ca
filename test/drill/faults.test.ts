import { Stream } from "../../drill/engine/random";
import { corpus } from "../../drill/corpus";
import { bounds, largest } from "../../drill/scenario/bounds";
import { nothing, regionLost } from "../../drill/scenario/faults";
import { apiLost } from "../../drill/scenario/faults/apis";
import { azFailover, lateCommits, promotionRefused } from "../../drill/scenario/faults/database";
import { deployment } from "../../drill/scenario/faults/operations";
import { blind } from "../../drill/scenario/faults/triggers";
import { scenarios } from "../../drill/scenario/scenarios";
import { drawSchedule, kinds, scheduleOf, scheduleText } from "../../drill/scenario/schedule";

const seeds = Array.from({ length: 400 }, (_, i) => String(i + 1));
const at = (atSeconds: number, forSeconds = 300) => ({ atSeconds, forSeconds });

describe("a schedule", () => {
  it("is the same for the same seed, another for another", () => {
    const told = (seed: string) => scheduleText(drawSchedule(seed));
    for (const seed of seeds) expect(told(seed)).toBe(told(seed));
    expect(new Set(seeds.map(told)).size).toBeGreaterThan(380);
  });

  it("keeps what is left as it was when a fault is dropped", () => {
    let compared = 0;
    for (const seed of seeds) {
      const whole = scheduleText(drawSchedule(seed)).split("\n");
      if (whole.length < 2) continue;
      for (const [index, line] of whole.entries()) {
        expect(scheduleText(drawSchedule(seed, { keep: [index] }))).toBe(line);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });

  it("draws every kind of outage, and each by its name", () => {
    const drawn = new Set(Array.from({ length: 3_000 }, (_, i) => drawSchedule(`${i}`).kind));
    expect([...drawn].sort()).toEqual([...kinds].sort());
    for (const kind of kinds) expect(drawSchedule("1", { kind }).kind).toBe(kind);
    expect(() => drawSchedule("1", { kind: "flood" })).toThrow(/no kind of outage "flood": none, /);
  });

  it("says of every fault what was drawn, when and for how long", () => {
    expect(scheduleText(drawSchedule("1", { kind: "AZ failover" }))).toMatch(
      /^#0 +\d+\.\d s, for (3|4|5)\d\.\d s: Aurora fails over between home's AZs/,
    );
    for (const seed of seeds) {
      for (const { fault, forSeconds } of drawSchedule(seed).faults) {
        expect(fault.description.length).toBeGreaterThanOrEqual(12);
        expect(forSeconds).toBeGreaterThan(0);
      }
    }
  });

  it("begins faults before, during and after one another", () => {
    const gaps = seeds
      .map((seed) => drawSchedule(seed, { kind: "combination" }).faults)
      .map(([first, second]) => second!.atSeconds - first!.atSeconds);
    expect(gaps.some((gap) => gap < -60)).toBe(true);
    expect(gaps.some((gap) => gap > 30 && gap < 120)).toBe(true);
    expect(gaps.some((gap) => gap > 200)).toBe(true);
  });
});

describe("what is owed", () => {
  const stream = new Stream("owed");
  const draw = (kind: typeof apiLost) => kind.draw(stream);

  it("is nothing where two regions are away at once, and never a pass", () => {
    const both = (second: number) =>
      scheduleOf("1", [
        { ...at(100), fault: regionLost("home") },
        { ...at(second), fault: regionLost("witness") },
      ]);
    expect(both(399)).toMatchObject({ isSurvivable: false, bound: undefined });
    expect(both(401)).toMatchObject({ isSurvivable: true, bound: bounds.homeLost });
    for (const seed of seeds) {
      expect(drawSchedule(seed, { kind: "two regions lost" }).isSurvivable).toBe(false);
    }
  });

  it("is the largest bound among the parts", () => {
    expect(largest([bounds.homeLost, undefined, bounds.hampered])).toBe(bounds.hampered);
    expect(largest([])).toBeUndefined();
    const schedule = scheduleOf("1", [
      { ...at(200), fault: draw(apiLost) },
      { ...at(0), fault: draw(promotionRefused) },
    ]);
    expect(schedule).toMatchObject({ failover: "must", bound: bounds.hampered });
  });

  it("is no time where nothing can act by itself, and no failover where nothing is wrong", () => {
    const hindered = [
      { ...at(200), fault: draw(apiLost) },
      { ...at(0), fault: draw(blind) },
    ];
    expect(scheduleOf("1", hindered)).toMatchObject({ failover: "may", bound: undefined });
    expect(scheduleOf("1", [{ ...at(0), fault: nothing }]).failover).toBe("must not");
    expect(scheduleOf("1", [{ ...at(0), fault: draw(azFailover) }]).failover).toBe("must not");
  });

  it("allows a failover where two faults delay settling at once", () => {
    const faults = [azFailover, deployment].map((kind) => ({ ...at(0), fault: draw(kind) }));
    expect(scheduleOf("1", faults).failover).toBe("may");
    expect(draw(lateCommits).delaysSettling).toBe(true);
  });

  it("is a bound for every kind that must fail over", () => {
    for (const { name } of scenarios) {
      const { failover, bound } = drawSchedule("5", { kind: name });
      if (failover === "must") expect([name, bound?.rank]).toEqual([name, expect.any(Number)]);
    }
  });
});

it("every seed of the corpus is of a kind there is, and says what it found", () => {
  for (const { seed, kind, found } of corpus) {
    expect(drawSchedule(seed, { kind }).faults.length).toBeGreaterThan(0);
    expect(found.length).toBeGreaterThan(30);
  }
});
