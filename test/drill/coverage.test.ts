import { counterNames, merged, uncovered } from "../../drill/scenario/coverage";

it("counts at least thirty moments, each by a name of its own", () => {
  expect(counterNames.length).toBeGreaterThanOrEqual(30);
  expect(new Set(counterNames).size).toBe(counterNames.length);
});

it("sums over outages and names what never came", () => {
  const sum = merged([
    { "fence by the tick": 1, "rows lost by a promotion": 2 },
    {},
    { "fence by the tick": 3 },
  ]);
  expect(sum).toEqual({ "fence by the tick": 4, "rows lost by a promotion": 2 });
  expect(uncovered(sum)).toHaveLength(counterNames.length - 2);
  expect(uncovered(sum)).not.toContain("fence by the tick");
  expect(uncovered(Object.fromEntries(counterNames.map((name) => [name, 1])))).toEqual([]);
});
