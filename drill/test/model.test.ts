import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { explore } from "../model/explore";
import { healViolation } from "../model/heal";
import { violationOf } from "../model/invariants";
import { keyOf } from "../model/key";
import type { Rules } from "../model/scene";
import { scenes, shipped, weakened, weakenings } from "../model/scenes";
import { epochEntry, initialState, rowEntry, type State } from "../model/state";

const LIMIT = 6_000;

describe("the shipped protocol", () => {
  test.each(scenes.map((scene) => [scene.name, scene] as const))(
    "has no violation in the scene: %s",
    (_name, scene) => {
      const exploration = explore(scene, LIMIT);
      expect(exploration).toMatchObject({ states: LIMIT, isComplete: false, violation: null });
      expect(exploration.healed).toBe(59);
    },
  );

  test("has every rule, those in SQL included", () => {
    expect(Object.values(shipped)).toEqual(Object.keys(shipped).map(() => true));
  });

  test("is explored identically each time", () => {
    const [scene] = scenes;
    expect(explore(scene!, 1_000)).toEqual(explore(scene!, 1_000));
  });
});

describe("with one rule removed", () => {
  /** What goes wrong, and the minimum number of steps until it does. */
  const expected: Record<keyof Rules, [steps: number, what: string]> = {
    closerTestsEpoch: [21, "order 0 is closed, standby is the writer and has no row"],
    controlRemembersTarget: [6, "Aurora was told to lose data for a target nobody had asked for"],
    statementHoldsRight: [14, "order 0's row of epoch 1 follows epoch 3 in home"],
    readsAgainBeforeCall: [11, "Aurora was told to lose data for a target nobody had asked for"],
    raisesOnlyUpward: [8, "writer_epoch fell from 2 to 1 in home"],
    knowsLeavingWriter: [14, "home is active while Aurora promotes standby"],
    asksNamedRegion: [15, "home is active, Aurora's writer is standby"],
    closerComparesOrders: [20, "order 1 is closed, home is the writer and has no row"],
    deletesClosedOnly: [20, "order 1 is deleted, home is the writer and has no row"],
    sparesMissingRow: [24, "order 0 is rejected, though nothing is wrong with it"],
  };

  test.each(weakenings.map((weakening) => [weakening.name, weakening] as const))(
    "%s: a violation is found by a shortest trace",
    (_name, weakening) => {
      const { violation } = explore(weakened(weakening), 50_000);
      const [steps, what] = expected[weakening.rule];
      expect(violation?.what).toBe(what);
      expect(violation?.trace).toHaveLength(steps);
      const last = violation!.trace[steps - 1]!;
      expect(violationOf(last.state)).toBe(what);
    },
  );

  const small = new Map(weakenings.map(({ scene }) => [scene.name, scene]));

  test.each([...small])("its scene has no violation if the rule is kept: %s", (_name, scene) => {
    expect(explore(scene, 50_000)).toMatchObject({ isComplete: true, violation: null });
  });

  test("every rule is removed once", () => {
    expect(weakenings.map(({ rule }) => rule).sort()).toEqual(Object.keys(shipped).sort());
  });
});

describe("a violation", () => {
  const [scene] = scenes;
  const first = initialState(scene!);
  const active = (epoch: number, region: 0 | 1) => epoch | ((region + 1) << 4);
  const home = (log: string): State["volumes"] => [
    { role: "writer", log },
    { role: "reader", log: "" },
  ];
  const order = (status: "open" | "closed" | "rejected", settledEpoch = 0) => ({
    orders: [{ status, settledEpoch }],
  });
  const e1 = epochEntry(1);
  const e2 = epochEntry(2);

  test.each<[string | null, Partial<State>]>([
    [null, {}],
    [null, { control: active(1, 0), volumes: home(e1) }],
    [null, { ...order("closed", 1), volumes: home(e1 + rowEntry(0, 1)) }],
    ["order 0 is closed, home is the writer and has no row", { ...order("closed") }],
    ["order 0 is rejected, though nothing is wrong with it", { ...order("rejected") }],
    [
      "order 0 is settled in the present epoch, the writer has no row of it",
      { ...order("open", 1), control: active(1, 0), volumes: home(e1) },
    ],
    [null, { ...order("open", 1), control: active(2, 0), volumes: home(e1 + e2) }],
    ["writer_epoch fell from 2 to 1 in home", { volumes: home(e2 + e1) }],
    ["order 0's row of epoch 1 follows epoch 2 in home", { volumes: home(e2 + rowEntry(0, 1)) }],
    ["home is active, Aurora's writer is standby", { control: active(1, 0), writer: 1 }],
    [
      "home is active while Aurora promotes standby",
      { control: active(1, 0), promotion: { target: 1, losesData: false } },
    ],
    [
      "home is active under epoch 2, its database carries 1",
      { control: active(2, 0), volumes: home(e1) },
    ],
    ["Aurora was told to lose data for a target nobody had asked for", { wasUnasked: true }],
  ])("%s", (what, changes) => {
    expect(violationOf({ ...first, ...changes })).toBe(what);
  });

  test("is a state that cannot heal", () => {
    const isSplit = { ...first, control: active(1, 0), writer: 1 as const };
    expect(healViolation(first, scene!)).toBeNull();
    expect(healViolation(isSplit, scene!)).toBe("it does not heal, though both regions are back");
  });
});

describe("a state's key", () => {
  const [scene] = scenes;
  const first = initialState({ ...scene!, runs: 2 });
  const run = { ...first.runs[0]!, does: "fence" as const, epoch: 1, isCurrent: true };

  test("is the same only for states that differ in the order of their invocations", () => {
    const one = { ...first, runs: [run, first.runs[1]!] };
    const other = { ...first, runs: [first.runs[1]!, run] };
    const late = { ...first, runs: [{ ...run, isCurrent: false }, first.runs[1]!] };
    expect(keyOf(one)).toBe(keyOf(other));
    expect(new Set([first, one, late].map(keyOf)).size).toBe(3);
  });
});

test("a wrong option is printed and ends with exit code 2", () => {
  const main = join(__dirname, "../commands/model.ts");
  const run = spawnSync(process.execPath, ["--import", "tsx", main, "--limit", "0"], {
    encoding: "utf8",
  });
  expect(run.status).toBe(2);
  expect(run.stdout).toBe("");
  expect(run.stderr).toContain('--limit: got "0"; allowed is a whole number from 1 to');
});
