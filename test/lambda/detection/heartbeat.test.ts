import { heartbeat, readHeartbeat } from "../../../lambda/detection/heartbeat";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { errorLog, noLog } from "../../helpers/logs";

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

const writes = (on: string) => world.callsOf({ command: "Update", on }).length;

describe("a heartbeat", () => {
  it("is shared by all execution environments of a region and is written every 5 s", async () => {
    const [one, other] = [1, 2].map(() => heartbeat(world.runtime(HOME), "ledger", HOME, noLog));
    await world.play(one!());
    await world.advance(3);
    await world.play(other!());
    expect(world.item(`alive#${HOME}`)).toMatchObject({ atMs: world.nowMs - 10 });
    await world.advance(1.9);
    await world.play(one!());
    expect(writes(`alive#${HOME}`)).toBe(2);
    await world.advance(0.1);
    await world.play(one!());
    expect(writes(`alive#${HOME}`)).toBe(3);
  });

  it("counts as written if another environment wrote a later one, and is tried again after a failure", async () => {
    const log = errorLog();
    const beat = heartbeat(world.runtime(HOME), "ledger", HOME, log);
    world.put({ pk: `alive#${HOME}`, atMs: world.nowMs });
    await world.play(beat());
    await world.play(beat());
    expect(writes(`alive#${HOME}`)).toBe(1);
    await world.advance(5);
    const mend = world.mishap({ command: "Update" }, throttled());
    await world.play(beat());
    mend();
    await world.play(beat());
    expect(writes(`alive#${HOME}`)).toBe(3);
    expect(log.errors).toEqual(["the heartbeat could not be written"]);
  });

  it.each([
    ["makes no sense is replaced", 10_001, true],
    ["is ahead by as much as clocks may differ is kept", 9_000, false],
  ])("that %s", async (_, aheadMs, isReplaced) => {
    const atMs = world.nowMs + aheadMs;
    world.put({ pk: `alive#${HOME}`, atMs });
    await world.play(heartbeat(world.runtime(HOME), "ledger", HOME, noLog)());
    const expected = isReplaced ? world.nowMs - 10 : atMs;
    expect(world.item(`alive#${HOME}`)).toEqual({ pk: `alive#${HOME}`, atMs: expected });
  });

  it.each([null, "x", {}])("replaces the time %j", async (atMs) => {
    world.put({ pk: `alive#${HOME}`, atMs });
    await world.play(heartbeat(world.runtime(HOME), "ledger", HOME, noLog)());
    expect(world.item(`alive#${HOME}`)).toMatchObject({ atMs: world.nowMs - 10 });
  });

  it.each([
    ["is read as its time", undefined, 7, []],
    ["is unknown if it is unreadable", `alive#${HOME}`, "unknown", ["evidence could not be read"]],
    ["is absent if there is none", "absent", "absent", []],
  ])("%s", async (_, on, expected, errors) => {
    if (on !== "absent") world.put({ pk: `alive#${HOME}`, atMs: 7 });
    if (on !== undefined) world.mishap({ on }, throttled());
    const log = errorLog();
    const read = readHeartbeat(world.runtime(STANDBY), "ledger", HOME, log);
    expect(await world.play(read)).toBe(expected);
    expect(log.errors).toEqual(errors);
  });
});
