import { EPOCH_JUMP } from "../../../lambda/control/tunables";
import * as act from "../../../lambda/failover/act";
import type { Control } from "../../../lambda/control/control";
import { FakeWorld, HOME, serviceError, STANDBY, throttled } from "../../helpers/fakeRuntime";
import { noLog } from "../../helpers/logs";
import { clusterArn } from "../../helpers/fakeEnvironment";

let world: FakeWorld;
const runtime = () => world.runtime(STANDBY);

beforeEach(() => {
  world = new FakeWorld(STANDBY);
});

const fenceTo = (isAutomatic: boolean) =>
  ({ do: "fence", target: STANDBY, how: "failover", isAutomatic, because: "home lost" }) as const;

describe("fence", () => {
  const rule = { service: "eventbridge", region: STANDBY, command: "DescribeRule", on: "tick" };

  it("writes the next epoch, the target and the reason after it has checked the tick's rule", async () => {
    const before = world.setControl({ epoch: 3, version: 9, disarmedUntilMs: 5, notifiedEpoch: 3 });
    await world.play(act.fence(runtime(), before, fenceTo(true), noLog));
    expect(world.control).toEqual({
      ...before,
      pk: "control",
      version: 10,
      epoch: 4,
      active: null,
      target: STANDBY,
      how: "failover",
      sinceMs: world.nowMs - 10,
      reason: "home lost",
    });
    expect(world.calls.map((call) => call.command)).toEqual(["DescribeRule", "Put"]);
    expect(world.callsOf(rule)).toHaveLength(1);
  });

  it("is not written if the tick's rule is gone", async () => {
    const before = world.setControl();
    world.services.hasTickRule = false;
    await expect(world.play(act.fence(runtime(), before, fenceTo(true), noLog))).rejects.toThrow(
      "the tick's rule is gone: the stack is being destroyed",
    );
    expect(world.control).toMatchObject({ epoch: 1, active: HOME });
    expect(world.callsOf({ command: "Put" })).toEqual([]);
  });

  it.each([
    ["refused", serviceError("AccessDeniedException", "not authorized"), 0.02],
    ["throttled", throttled(), 0.02],
    ["never answered", "hangs" as const, 2.01],
  ])("is written if reading the rule is %s", async (_, mishap, seconds) => {
    const before = world.setControl();
    world.mishap(rule, mishap);
    const outcome = await world.timed(act.fence(runtime(), before, fenceTo(true), noLog));
    expect(outcome.seconds).toBe(seconds);
    expect(world.control).toMatchObject({ epoch: 2, target: STANDBY });
  });

  it("does not check the rule for an operator's command", async () => {
    const before = world.setControl();
    world.services.hasTickRule = false;
    await world.play(act.fence(runtime(), before, fenceTo(false), noLog));
    expect(world.told("eventbridge")).toEqual([]);
    expect(world.control).toMatchObject({ epoch: 2, target: STANDBY });
  });

  it.each([
    ["wrote first", 10],
    ["still has to write what it builds on", 8],
  ])("fails if another invocation %s", async (_, version) => {
    const before = world.setControl({ version: 9 });
    world.setControl({ version });
    const failure = await world
      .play(act.fence(runtime(), before, fenceTo(true), noLog))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ConditionalCheckFailedException" });
    expect(world.control).toMatchObject({ version, epoch: 1, active: HOME });
  });
});

describe("create", () => {
  const create = (target = HOME) =>
    world.play(act.create(runtime(), { do: "create", target, because: "it is absent" }));
  const reports = (answer: object) => {
    for (const name of ["home-migration", "standby-migration"]) {
      world.services.functions.set(name, () => Promise.resolve(answer));
    }
  };

  beforeEach(() => reports({ status: "reported", epoch: 0 }));

  it("writes the first control item and never overwrites one", async () => {
    await create();
    const first = {
      pk: "control",
      version: 1,
      epoch: 1,
      active: null,
      target: HOME,
      how: "start",
      sinceMs: world.nowMs - 20,
      disarmedUntilMs: 0,
      notifiedEpoch: 0,
      repointedEpoch: 0,
      newestRowAtMs: null,
      reason: "it is absent",
    };
    expect(world.control).toEqual(first);
    await expect(create()).rejects.toThrow("there is a valid control item by now");
    expect(world.control).toEqual(first);
  });

  it.each([
    ["above the epoch of a database that has one", { status: "reported", epoch: 5 }, 5],
    ["above any usual one if no database is the writer", { status: "not the writer" }, 0],
  ])("starts %s", async (_, answer, epoch) => {
    reports(answer);
    await create();
    expect(world.control).toMatchObject({ version: 1, epoch: epoch + EPOCH_JUMP, target: HOME });
  });

  it.each([{ status: "activated", epoch: 5 }, { status: "reported" }, null])(
    "fails upon the answer %p",
    async (answer) => {
      reports(answer as object);
      await expect(create()).rejects.toThrow();
      expect(world.control).toBeUndefined();
    },
  );

  it.each<[string, object, number]>([
    ["an epoch that is no integer", { version: 7, epoch: 1.5 }, 8],
    ["a version that is a text", { version: "7" }, 1],
    ["no fields at all", {}, 1],
  ])("replaces an item with %s", async (_, change, version) => {
    world.put({ pk: "control", ...change });
    await create(STANDBY);
    expect(world.control).toMatchObject({ version, epoch: 1, active: null, target: STANDBY });
  });

  it.each<[string, object]>([
    ["another version", { version: 8, epoch: 0 }],
    ["a version", { version: 1 }],
  ])("does not replace an item that has %s by now", async (_, later) => {
    world.put({ pk: "control", ...("epoch" in later ? { version: 7, epoch: 0 } : {}) });
    world.beforeCall = ({ command }) => {
      if (command === "Put") world.put({ pk: "control", ...later });
    };
    await expect(create()).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    expect(world.control).toEqual({ pk: "control", ...later });
  });
});

describe("promote", () => {
  const failover = { do: "promote", target: STANDBY, how: "failover", callIn: STANDBY } as const;
  const switchover = { do: "promote", target: HOME, how: "switchover", callIn: STANDBY } as const;
  const promote = (control: Control, action: typeof failover | typeof switchover = failover) =>
    world.timed(act.promote(runtime(), control, action));

  it("calls FailoverGlobalCluster in the target region right after a strongly consistent read", async () => {
    await promote(world.setControl({ version: 9 }));
    expect(world.told("dynamodb", "rds")).toEqual([
      `dynamodb ${STANDBY} Get control`,
      `rds ${STANDBY} FailoverGlobalCluster ${clusterArn(STANDBY)}`,
    ]);
    expect(world.only({ service: "rds" }).input).toEqual({
      GlobalClusterIdentifier: "trading",
      TargetDbClusterIdentifier: clusterArn(STANDBY),
      AllowDataLoss: true,
    });
    expect(world.only({ service: "dynamodb" }).input["ConsistentRead"]).toBe(true);
  });

  it("calls SwitchoverGlobalCluster in the region of the current writer", async () => {
    world.services.databases[HOME]!.isWriter = false;
    world.services.databases[STANDBY]!.isWriter = true;
    await promote(world.setControl(), switchover);
    expect(world.only({ service: "rds" })).toMatchObject({
      region: STANDBY,
      command: "SwitchoverGlobalCluster",
      input: { GlobalClusterIdentifier: "trading", TargetDbClusterIdentifier: clusterArn(HOME) },
    });
    expect(world.only({ service: "rds" }).input).not.toHaveProperty("AllowDataLoss");
  });

  it.each([
    ["has another version", { version: 10 }, "the control item has version 10, not 9"],
    ["is absent", null, "the control item has version undefined, not 9"],
  ])("makes no RDS call if the control item %s", async (_, change, error) => {
    const before = world.setControl({ version: 9 });
    if (change === null) world = new FakeWorld(STANDBY);
    else world.setControl(change);
    await expect(promote(before)).rejects.toThrow(new act.StaleObservationError(error));
    expect(world.told("rds")).toEqual([]);
  });

  it.each([
    ["refused", throttled(), 0.01],
    ["never answered", "hangs" as const, 2],
  ])("makes no RDS call if the read is %s", async (_, mishap, seconds) => {
    const before = world.setControl();
    const startedMs = world.nowMs;
    world.mishap({ on: "control" }, mishap);
    await expect(promote(before)).rejects.toThrow();
    expect((world.nowMs - startedMs) / 1000).toBe(seconds);
    await world.advance(10);
    expect(world.told("rds")).toEqual([]);
  });

  it("aborts its call 2 s after the read began", async () => {
    const before = world.setControl();
    const startedMs = world.nowMs;
    world.mishap({ service: "rds" }, "hangs");
    await expect(promote(before)).rejects.toThrow("RDS failover: no answer within 2000 ms");
    expect(world.nowMs - startedMs).toBe(2_000);
    expect(world.only({ service: "rds" })).toMatchObject({
      atMs: startedMs + 10,
      signal: { aborted: true },
    });
  });

  it("makes no call if the read is answered after the cutoff", async () => {
    const before = world.setControl();
    world.mishap({ on: "control" }, { lateMs: 2_500 });
    await expect(promote(before)).rejects.toThrow("no answer");
    await world.advance(10);
    expect(world.told("rds")).toEqual([]);
  });
});
