import { obstaclesOf } from "../../../lambda/failover/readiness";
import type { TargetDatabase } from "../../../lambda/failover/decide";
import { HOME, NOW_MS, STANDBY, ago, controlWith, under } from "../../helpers/observations";
import { READINESS_EVERY_MINUTES } from "../../../lambda/failover/tunables";
import { beAlive, orchestrate, steadyWorld, tick } from "../../helpers/failover";
import type { FakeWorld } from "../../helpers/fakeRuntime";

const ready: TargetDatabase = { isWriter: false, isPromoting: false, isReady: true };
const obstacles = (...[control, target]: [Parameters<typeof obstaclesOf>[0], TargetDatabase?]) =>
  obstaclesOf(control, target ?? ready, HOME, NOW_MS);

describe("obstacles to a failover", () => {
  it("are none while home is active, armed, and the standby's member is available", () => {
    expect(obstacles(controlWith())).toEqual([]);
    expect(obstacles(controlWith({ disarmedUntilMs: ago(1) }))).toEqual([]);
  });

  it("are all that is wrong", () => {
    const disarmed = controlWith({ disarmedUntilMs: NOW_MS + 60_000 });
    expect(obstaclesOf(disarmed, { ...ready, isReady: false }, HOME, NOW_MS)).toEqual([
      "automatic failover is disarmed",
      "the standby has no available member",
    ]);
    expect(obstaclesOf(controlWith(), "unknown", HOME, NOW_MS)).toEqual([
      "RDS in the standby region does not answer",
    ]);
    expect(obstacles("unknown")).toEqual(["the ledger does not answer"]);
    expect(obstacles("malformed")).toEqual(["the control item is malformed"]);
  });

  it("are not asked for before the first start, during a takeover and after it", () => {
    const moved = controlWith({ active: STANDBY, epoch: 2 });
    for (const control of ["absent", under(STANDBY, "failover"), moved] as const) {
      expect(obstacles(control)).toBeNull();
    }
  });
});

describe("the tick", () => {
  const EVERY_MS = READINESS_EVERY_MINUTES * 60_000;
  const reports = (world: FakeWorld) =>
    world.lines.flatMap(({ FailoverNotReady: value, obstacles }) =>
      value === undefined ? [] : [{ value, obstacles }],
    );
  /** Ticks once, a few seconds after a minute in which a report is due, or not. */
  const tickAt = async (world: FakeWorld, isDue: boolean) => {
    const sinceMs = world.nowMs % EVERY_MS;
    await world.advance((EVERY_MS - sinceMs) / 1000 + (isDue ? 2 : 62));
    beAlive(world, world.nowMs);
    await world.timed(orchestrate(world, tick));
  };

  it("reports in one minute of five", async () => {
    const world = steadyWorld();
    await tickAt(world, true);
    expect(reports(world)).toEqual([{ value: 0, obstacles: [] }]);
    await tickAt(world, false);
    expect(reports(world)).toHaveLength(1);
  });

  it("reports what is in the way, and goes on while RDS does not answer", async () => {
    const world = steadyWorld();
    world.mishap({ service: "rds" }, "hangs");
    await tickAt(world, true);
    const obstacles = ["RDS in the standby region does not answer"];
    expect(reports(world)).toEqual([{ value: 1, obstacles }]);
    expect(world.callsOf({ service: "cloudwatch" }).length).toBeGreaterThan(3);
  });
});
