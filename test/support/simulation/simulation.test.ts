import * as fc from "fast-check";
import { Random, Stream } from "../../../support/simulation/random";
import { START_MS, Simulation } from "../../../support/simulation/simulation";

describe("virtual time", () => {
  it("lets promises run to their next wait before the next event", async () => {
    const simulation = new Simulation();
    const heard: string[] = [];
    const wait = async (name: string): Promise<void> => {
      simulation.continued();
      for (let i = 0; i < 20; i++) await Promise.resolve();
      heard.push(`${name} at ${simulation.nowMs - START_MS}`);
    };
    simulation.at(START_MS + 10, () => void wait("one"));
    simulation.at(START_MS + 10, () => void wait("another"));
    simulation.at(START_MS + 11, () => heard.push("next event"));
    await simulation.run(START_MS + 100);
    expect(heard).toEqual(["one at 10", "another at 10", "next event"]);
    expect(simulation.nowMs).toBe(START_MS + 100);
  });

  it("fires events by time, then in the order of scheduling", async () => {
    const simulation = new Simulation();
    const stream = new Stream("events");
    const fired: [number, number][] = [];
    const scheduled = Array.from({ length: 500 }, (_, number): [number, number] => [
      stream.integer(0, 40),
      number,
    ]);
    for (const each of scheduled) simulation.after(each[0], () => fired.push(each));
    await simulation.run(START_MS + 100);
    expect(fired).toEqual([...scheduled].sort(([a, i], [b, j]) => a - b || i - j));
  });

  it("never fires what was cancelled, and refuses a time in the past", async () => {
    const simulation = new Simulation();
    const fired: string[] = [];
    const cancel = simulation.after(5, () => fired.push("cancelled"));
    simulation.after(6, () => fired.push("kept"));
    cancel();
    await simulation.run(START_MS + 10);
    expect(fired).toEqual(["kept"]);
    expect(() => simulation.at(START_MS + 9, () => {})).toThrow(/allowed is .* or later/);
  });

  it("fires timeouts in the order in which they were set, less those cancelled before", async () => {
    const timeoutMs = 100;
    const timeouts = fc.array(
      fc.record({ setAtMs: fc.nat(300), cancelledAfterMs: fc.option(fc.nat(2 * timeoutMs)) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(timeouts, async (set) => {
        const simulation = new Simulation();
        const fired: number[] = [];
        set.forEach(({ setAtMs, cancelledAfterMs }, number) => {
          simulation.at(START_MS + setAtMs, () => {
            const cancel = simulation.after(timeoutMs, () => fired.push(number));
            if (cancelledAfterMs !== null) simulation.after(cancelledAfterMs + 0.5, cancel);
          });
        });
        await simulation.run(START_MS + 1_000);
        const due = [...set.entries()]
          .filter(([, { cancelledAfterMs: ms }]) => ms === null || ms >= timeoutMs)
          .sort(([, one], [, other]) => one.setAtMs - other.setAtMs)
          .map(([number]) => number);
        expect(fired).toEqual(due);
      }),
    );
  });

  it("passes on what an event throws", async () => {
    const simulation = new Simulation();
    simulation.after(1, () => {
      throw new Error("a bug in the world");
    });
    await expect(simulation.run(START_MS + 10)).rejects.toThrow("a bug in the world");
  });
});

describe("chance", () => {
  it("gives the same numbers to the same name and seed, whatever other streams draw", () => {
    const one = new Random("1");
    const other = new Random("1");
    other.stream("elsewhere").uniform();
    const draw = (random: Random): number[] =>
      Array.from({ length: 5 }, () => random.stream("lag").uniform());
    expect(draw(one)).toEqual(draw(other));
    expect(draw(new Random("2"))).not.toEqual(draw(new Random("1")));
  });

  it("stays inside its bounds and is spread over them", () => {
    const stream = new Stream("spread");
    const drawn = Array.from({ length: 2_000 }, () => stream.between(60, 180));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...drawn)).toBeLessThan(180);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    expect(mean).toBeGreaterThan(116);
    expect(mean).toBeLessThan(124);
  });
});
