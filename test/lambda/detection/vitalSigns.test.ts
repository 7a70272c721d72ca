import {
  heartbeat,
  progressRecorder,
  readLooks,
  readSigns,
  type SentinelLooks,
  writeLooks,
} from "../../../lambda/detection/vitalSigns";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

const writes = (on: string) => world.callsOf({ command: "Update", on }).length;

describe("a sign of life", () => {
  it("is one for all processes of a region: the newest stays", async () => {
    const [one, other] = [1, 2].map(() => heartbeat(world.runtime(HOME), "ledger", HOME));
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

  it("counts as renewed where another process was faster, and not where it failed", async () => {
    const beat = heartbeat(world.runtime(HOME), "ledger", HOME);
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
  });
});

describe("progress", () => {
  const item = () => world.item(`progress#${HOME}`);
  const recorder = () => progressRecorder(world.runtime(HOME), "ledger", HOME);

  it("begins an epoch, and names the newest order it settled", async () => {
    world.put({ pk: `progress#${HOME}`, epoch: 2, firstAtMs: 1, lastAtMs: 2, newestOrderAtMs: 3 });
    const { nowMs } = world;
    await world.play(recorder()(3, 7));
    const recorded = { epoch: 3, firstAtMs: nowMs, lastAtMs: nowMs, newestOrderAtMs: 7 };
    expect(item()).toEqual({ pk: `progress#${HOME}`, ...recorded });
  });

  it("is renewed every 5 s with the newest order settled since", async () => {
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

  it("of a process with older orders moves the time alone", async () => {
    const theirs = { pk: `progress#${HOME}`, epoch: 3, firstAtMs: 5, lastAtMs: 6 };
    world.put({ ...theirs, newestOrderAtMs: 100 });
    const { nowMs } = world;
    await world.play(recorder()(3, 99));
    expect(item()).toEqual({ ...theirs, lastAtMs: nowMs, newestOrderAtMs: 100 });
    await world.play(recorder()(3, 100));
    expect(writes(`progress#${HOME}`)).toBe(3);
  });

  it("counts as recorded where another process was faster", async () => {
    const record = recorder();
    const theirs = { pk: `progress#${HOME}`, epoch: 3, firstAtMs: 5, lastAtMs: world.nowMs };
    world.put({ ...theirs, newestOrderAtMs: 4 });
    await world.play(record(3, 4));
    expect(item()).toEqual({ ...theirs, newestOrderAtMs: 4 });
    expect(writes(`progress#${HOME}`)).toBe(3);
    await world.play(record(3, 4));
    expect(writes(`progress#${HOME}`)).toBe(3);
  });

  it("is tried again at once where the ledger failed", async () => {
    const record = recorder();
    world.mishap({ command: "Update" }, throttled(), 1);
    await world.play(record(3, 4));
    expect(item()).toBeUndefined();
    await world.play(record(3, 4));
    expect(item()).toMatchObject({ epoch: 3 });
  });
});

describe("reading a region's signs", () => {
  const alive = { pk: `alive#${HOME}`, atMs: 7 };
  const progress = {
    pk: `progress#${HOME}`,
    epoch: 3,
    firstAtMs: 1,
    lastAtMs: 2,
    newestOrderAtMs: 1,
  };

  it.each([
    ["both", undefined, { aliveAtMs: 7, progress }],
    ["no sign of life", alive.pk, { aliveAtMs: null, progress }],
    ["no progress", progress.pk, { aliveAtMs: 7, progress: null }],
  ])("finds %s, the unreadable as absent", async (_, unreadable, signs) => {
    world.put(alive);
    world.put(progress);
    if (unreadable !== undefined) world.mishap({ on: unreadable }, throttled());
    expect(await world.play(readSigns(world.runtime(STANDBY), "ledger", HOME))).toEqual(signs);
  });
});

describe("the sentinel's looks", () => {
  const seen = (newestAtMs: number, loopStartedAtMs = 5): SentinelLooks => ({
    looks: [{ atMs: newestAtMs, home: "bad", canary: "unanswered", aliveAgeMs: null }],
    newestAtMs,
    loopStartedAtMs,
    isCalm: true,
  });
  const write = (some: SentinelLooks) =>
    world.play(writeLooks(world.runtime(STANDBY), "ledger", some));
  const read = () => world.play(readLooks(world.runtime(STANDBY), "ledger"));

  it("are found as they were written", async () => {
    const some = seen(world.nowMs);
    expect(await write(some)).toBe(true);
    expect(await read()).toEqual({ pk: "looks#sentinel", ...some });
  });

  it("are none, and not calm, where nobody wrote any or they are unreadable", async () => {
    expect(await read()).toMatchObject({ looks: [], isCalm: false });
    await write(seen(world.nowMs));
    world.mishap({ command: "Get" }, throttled());
    expect(await read()).toMatchObject({ looks: [], isCalm: false });
  });

  it.each([
    [19_990, true],
    [20_000, false],
  ])("of %d ms ago are found: %p", async (ageMs, isFresh) => {
    world.put({ pk: "looks#sentinel", ...seen(world.nowMs - ageMs) });
    expect(await read()).toMatchObject({ looks: { length: isFresh ? 1 : 0 }, isCalm: isFresh });
  });

  it.each([
    ["an older loop", 4, 0, true],
    ["the same loop", 5, -10_000, true],
    ["a newer loop", 6, 0, false],
    ["a newer loop that looked last 20 s before", 6, -20_000, false],
    ["a newer loop that looked last longer before", 6, -20_001, true],
  ])("replace those of %s: %p", async (_, loopStartedAtMs, newerMs, isReplaced) => {
    const { nowMs } = world;
    const theirs = { pk: "looks#sentinel", ...seen(nowMs + newerMs, loopStartedAtMs) };
    world.put(theirs);
    // Two regions that write at once conflict.
    await world.advance(1);
    expect(await write(seen(nowMs))).toBe(isReplaced);
    expect(world.item("looks#sentinel")).toEqual(
      isReplaced ? { pk: "looks#sentinel", ...seen(nowMs) } : theirs,
    );
  });

  it("are an error where the ledger fails", async () => {
    world.mishap({ command: "Put" }, throttled());
    await expect(write(seen(world.nowMs))).rejects.toThrow("Rate exceeded");
  });
});
