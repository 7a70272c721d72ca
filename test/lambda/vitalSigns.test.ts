import type { Look } from "../../lambda/shared/signs";
import {
  heartbeat,
  progressRecorder,
  readLooks,
  readSigns,
  writeLooks,
} from "../../lambda/shared/vitalSigns";
import { FakeWorld, HOME, STANDBY, throttled } from "../helpers/fakeRuntime";

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
  it("counts as recorded where another process was faster", async () => {
    const record = progressRecorder(world.runtime(HOME), "ledger", HOME);
    const theirs = { pk: `progress#${HOME}`, epoch: 3, firstAtMs: 5, lastAtMs: world.nowMs };
    world.put(theirs);
    await world.play(record(3));
    expect(world.item(`progress#${HOME}`)).toEqual(theirs);
    expect(writes(`progress#${HOME}`)).toBe(2);
    await world.play(record(3));
    expect(writes(`progress#${HOME}`)).toBe(2);
  });

  it("is tried again at once where the ledger failed", async () => {
    const record = progressRecorder(world.runtime(HOME), "ledger", HOME);
    world.mishap({ command: "Update" }, throttled(), 1);
    await world.play(record(3));
    expect(world.item(`progress#${HOME}`)).toBeUndefined();
    await world.play(record(3));
    expect(world.item(`progress#${HOME}`)).toMatchObject({ epoch: 3 });
  });
});

describe("reading a region's signs", () => {
  const alive = { pk: `alive#${HOME}`, atMs: 7 };
  const progress = { pk: `progress#${HOME}`, epoch: 3, firstAtMs: 1, lastAtMs: 2 };

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
  const looks = (count: number, newestAtMs: number): Look[] =>
    Array.from({ length: count }, (_, i) => ({
      atMs: newestAtMs - 10_000 * (count - 1 - i),
      home: "bad",
      canary: "unanswered",
      aliveAgeMs: null,
    }));
  const write = (some: readonly Look[]) =>
    world.play(writeLooks(world.runtime(STANDBY), "ledger", some));
  const read = () => world.play(readLooks(world.runtime(STANDBY), "ledger"));

  it("are found as they were written", async () => {
    const some = looks(3, world.nowMs);
    await write(some);
    expect(await read()).toEqual(some);
  });

  it("are none where nobody wrote any", async () => {
    expect(await read()).toEqual([]);
  });

  it.each([
    [19_990, 3],
    [20_000, 0],
  ])("of %d ms ago are %d", async (ageMs, count) => {
    world.put({ pk: "looks#sentinel", looks: looks(3, 0), newestAtMs: world.nowMs - ageMs });
    expect(await read()).toHaveLength(count);
  });

  it.each([
    ["longer and as new", 5, 0, false],
    ["longer, 20 s older", 5, -20_000, false],
    ["longer, and older than that", 5, -20_001, true],
    ["as long", 3, 0, true],
    ["shorter", 2, 0, true],
  ])("replace others that are %s: %p", async (_, lookCount, newerMs, isReplaced) => {
    const { nowMs } = world;
    const item = { pk: "looks#sentinel", looks: [], newestAtMs: nowMs + newerMs, lookCount };
    world.put(item);
    await world.advance(1);
    await write(looks(3, nowMs));
    expect(world.item("looks#sentinel")).toMatchObject(
      isReplaced ? { lookCount: 3, newestAtMs: nowMs } : item,
    );
  });
});
