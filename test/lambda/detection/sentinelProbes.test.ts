import {
  readSentinelProbes,
  writeSentinelProbes,
  type SentinelProbes,
} from "../../../lambda/detection/sentinelProbes";
import { FakeWorld, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { noLog } from "../../helpers/logs";

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

describe("the sentinel's probe results", () => {
  const seen = (newestAtMs: number, loopStartedAtMs = 5): SentinelProbes => ({
    looks: [{ atMs: newestAtMs, home: "bad", canary: "unanswered", aliveAgeMs: null }],
    newestAtMs,
    loopStartedAtMs,
    isCalm: true,
    progress: null,
  });
  const write = (some: SentinelProbes) =>
    world.play(writeSentinelProbes(world.runtime(STANDBY), "ledger", some));
  const read = () => world.play(readSentinelProbes(world.runtime(STANDBY), "ledger", noLog));

  it("are read as they were written", async () => {
    const some = seen(world.nowMs);
    expect(await write(some)).toBe(true);
    expect(await read()).toEqual(some);
  });

  it("are empty and not calm if they are absent or unreadable", async () => {
    expect(await read()).toMatchObject({ looks: [], isCalm: false });
    await write(seen(world.nowMs));
    world.mishap({ command: "Get" }, throttled());
    expect(await read()).toMatchObject({ looks: [], isCalm: false });
  });

  it.each([
    [19_990, true],
    [20_000, false],
  ])("that are %d ms old are used: %p", async (ageMs, isFresh) => {
    world.put({ pk: "looks#sentinel", ...seen(world.nowMs - ageMs) });
    expect(await read()).toMatchObject({ looks: { length: isFresh ? 1 : 0 }, isCalm: isFresh });
  });

  it.each([
    ["an older loop", 4, 0, true],
    ["the same loop", 5, -10_000, true],
    ["a newer loop", 6, 0, false],
    ["a newer loop whose newest result is 20 s older", 6, -20_000, false],
    ["a newer loop whose newest result is older than that", 6, -20_001, true],
  ])("replace those of %s: %p", async (_, loopStartedAtMs, newerMs, isReplaced) => {
    const { nowMs } = world;
    const theirs = { pk: "looks#sentinel", ...seen(nowMs + newerMs, loopStartedAtMs) };
    world.put(theirs);
    // Concurrent writes from two regions conflict.
    await world.advance(1);
    expect(await write(seen(nowMs))).toBe(isReplaced);
    expect(world.item("looks#sentinel")).toEqual(
      isReplaced ? { pk: "looks#sentinel", ...seen(nowMs) } : theirs,
    );
  });

  it.each([{ loopStartedAtMs: "x" }, { loopStartedAtMs: Date.UTC(2999, 0) }, { newestAtMs: null }])(
    "replace those that make no sense: %j",
    async (nonsense) => {
      world.put({ pk: "looks#sentinel", ...seen(world.nowMs, 6), ...nonsense });
      await world.advance(1);
      expect(await write(seen(world.nowMs))).toBe(true);
    },
  );

  it("cannot be written if the ledger fails", async () => {
    world.mishap({ command: "Put" }, throttled());
    await expect(write(seen(world.nowMs))).rejects.toThrow("Rate exceeded");
  });
});
