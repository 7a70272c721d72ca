import { progressRecorder, readProgress } from "../../../lambda/detection/progress";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { errorLog } from "../../helpers/logs";

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

const writes = (on: string) => world.callsOf({ command: "Update", on }).length;

describe("progress", () => {
  const item = () => world.item(`progress#${HOME}`);
  let log: ReturnType<typeof errorLog>;

  beforeEach(() => {
    log = errorLog();
  });
  const recorder = () => progressRecorder(world.runtime(HOME), "ledger", HOME, log);

  it("begins anew with an epoch", async () => {
    world.put({ pk: `progress#${HOME}`, epoch: 2, firstAtMs: 1, lastAtMs: 2, newestOrderAtMs: 3 });
    const { nowMs } = world;
    await world.play(recorder()(3, 7));
    const recorded = { epoch: 3, firstAtMs: nowMs, lastAtMs: nowMs, newestOrderAtMs: 7 };
    expect(item()).toEqual({ pk: `progress#${HOME}`, ...recorded });
  });

  it("is written every 5 s with the newest order settled by then", async () => {
    const record = recorder();
    const { nowMs } = world;
    await world.play(record(3, 7));
    await world.play(record(3, 9));
    await world.play(record(3, 8));
    expect(item()).toMatchObject({ lastAtMs: nowMs, newestOrderAtMs: 7 });
    await world.advance(5);
    await world.play(record(3, 8));
    expect(item()).toMatchObject({ firstAtMs: nowMs, newestOrderAtMs: 9 });
    expect(item()!["lastAtMs"]).toBeGreaterThanOrEqual(nowMs + 5_000);
  });

  it("of an environment with older orders changes only the time", async () => {
    const theirs = { pk: `progress#${HOME}`, epoch: 3, firstAtMs: 5, lastAtMs: 6 };
    world.put({ ...theirs, newestOrderAtMs: 100 });
    const { nowMs } = world;
    await world.play(recorder()(3, 99));
    expect(item()).toEqual({ ...theirs, lastAtMs: nowMs, newestOrderAtMs: 100 });
    await world.play(recorder()(3, 100));
    expect(writes(`progress#${HOME}`)).toBe(3);
  });

  it("counts as written if another environment wrote a later one", async () => {
    const record = recorder();
    const theirs = { pk: `progress#${HOME}`, epoch: 3, firstAtMs: 5, lastAtMs: world.nowMs };
    world.put({ ...theirs, newestOrderAtMs: 4 });
    await world.play(record(3, 4));
    expect(item()).toEqual({ ...theirs, newestOrderAtMs: 4 });
    expect(writes(`progress#${HOME}`)).toBe(3);
    await world.play(record(3, 4));
    expect(writes(`progress#${HOME}`)).toBe(3);
  });

  it.each([
    { epoch: "3" },
    { epoch: 999, lastAtMs: 1 },
    { firstAtMs: null },
    { lastAtMs: Date.UTC(2999, 0) },
    { newestOrderAtMs: "infinity" },
  ])("that makes no sense is written anew: %j", async (nonsense) => {
    const times = { firstAtMs: 5, lastAtMs: 6, newestOrderAtMs: 4 };
    world.put({ pk: `progress#${HOME}`, epoch: 3, ...times, ...nonsense });
    const { nowMs } = world;
    await world.play(recorder()(3, 7));
    const recorded = { epoch: 3, firstAtMs: nowMs, lastAtMs: nowMs, newestOrderAtMs: 7 };
    expect(item()).toEqual({ pk: `progress#${HOME}`, ...recorded });
  });

  it.each([NaN, Date.UTC(2999, 0)])(
    "does not take %d for the newest order's time",
    async (atMs) => {
      const record = recorder();
      await world.play(record(3, atMs));
      expect(item()).toMatchObject({ newestOrderAtMs: 0 });
      await world.advance(5);
      await world.play(record(3, 7));
      expect(item()).toMatchObject({ newestOrderAtMs: 7 });
    },
  );

  it("is tried again with the next batch after a failure", async () => {
    const record = recorder();
    world.mishap({ command: "Update" }, throttled(), 1);
    await world.play(record(3, 4));
    expect(item()).toBeUndefined();
    expect(log.errors).toEqual(["the progress could not be written"]);
    await world.play(record(3, 4));
    expect(item()).toMatchObject({ epoch: 3 });
  });

  it.each([
    ["is read as it was written", undefined, []],
    ["is unknown if it is unreadable", `progress#${HOME}`, ["evidence could not be read"]],
  ])("%s", async (_, on, errors) => {
    const stored = { epoch: 3, firstAtMs: 1, lastAtMs: 2, newestOrderAtMs: 1 };
    world.put({ pk: `progress#${HOME}`, ...stored });
    if (on !== undefined) world.mishap({ on }, throttled());
    const read = readProgress(world.runtime(STANDBY), "ledger", HOME, log);
    expect(await world.play(read)).toEqual(on === undefined ? stored : "unknown");
    expect(log.errors).toEqual(errors);
  });

  it("counts as absent if it ends before it begins", async () => {
    const stored = { epoch: 3, firstAtMs: 2, lastAtMs: 1, newestOrderAtMs: 1 };
    world.put({ pk: `progress#${HOME}`, ...stored });
    const read = readProgress(world.runtime(STANDBY), "ledger", HOME, log);
    expect(await world.play(read)).toBe("absent");
  });

  it("is absent if there is none", async () => {
    const read = readProgress(world.runtime(STANDBY), "ledger", HOME, log);
    expect(await world.play(read)).toBe("absent");
  });
});
