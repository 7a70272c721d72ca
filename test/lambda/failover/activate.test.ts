import * as act from "../../../lambda/failover/act";
import type { Control } from "../../../lambda/control/control";
import { EPOCH_JUMP } from "../../../lambda/control/tunables";
import { createLog } from "../../../lambda/runtime/log";
import { FakeWorld, HOME, STANDBY, throttled } from "../../helpers/fakeRuntime";

let world: FakeWorld;
const runtime = () => world.runtime(STANDBY);

beforeEach(() => {
  world = new FakeWorld(STANDBY);
});

describe("activate", () => {
  const control = (change: Partial<Control> = {}) =>
    world.setControl({ active: null, target: STANDBY, epoch: 4, how: "failover", ...change });
  const activate = (before: Control, target = STANDBY) =>
    world.timed(act.activate(runtime(), before, target));
  const migrationAnswers = (answer: object, name = "standby-migration") =>
    world.services.functions.set(name, () => Promise.resolve(answer));

  it("invokes db-migration in the target region, waits for it, then makes the region active", async () => {
    migrationAnswers({ status: "activated", epoch: 4, newestRowAtMs: 77 });
    const before = control();
    await activate(before);
    expect(world.only({ service: "lambda" })).toMatchObject({
      region: STANDBY,
      input: {
        FunctionName: "standby-migration",
        InvocationType: "RequestResponse",
        Payload: Buffer.from('{"activate":4}'),
      },
    });
    expect(world.control).toEqual({
      ...before,
      pk: "control",
      version: before.version + 1,
      active: STANDBY,
      target: null,
      newestRowAtMs: 77,
      sinceMs: world.nowMs - 10,
    });
  });

  it("invokes the function in the home region if home takes over", async () => {
    migrationAnswers({ status: "activated", epoch: 4, newestRowAtMs: null }, "home-migration");
    await activate(control({ target: HOME }), HOME);
    expect(world.told("lambda")).toEqual([`lambda ${HOME} Invoke home-migration`]);
    expect(world.control).toMatchObject({ active: HOME, newestRowAtMs: null });
  });

  it("changes nothing if the database is not the writer", async () => {
    migrationAnswers({ status: "not the writer" });
    const before = control();
    expect((await activate(before)).result).toEqual({ status: "not the writer" });
    expect(world.control).toEqual({ pk: "control", ...before });
    expect(world.callsOf({ command: "Put" })).toEqual([]);
  });

  it.each([
    ["of a database that is ahead", 9],
    ["of a database that is too far behind", 1],
  ])("moves the epoch above that %s", async (_, epoch) => {
    migrationAnswers({ status: "superseded", epoch });
    const before = control();
    await activate(before);
    expect(world.control).toEqual({
      ...before,
      pk: "control",
      version: before.version + 1,
      epoch: Math.max(epoch, before.epoch) + EPOCH_JUMP,
      notifiedEpoch: 1,
      sinceMs: world.nowMs - 10,
      reason: `first start; the control item had epoch 4, the database ${epoch}`,
    });
  });

  it("leaves a fence as it is that has superseded this one meanwhile", async () => {
    const before = control();
    const after = { version: before.version + 1, epoch: 5, target: HOME };
    world.services.functions.set("standby-migration", () => {
      world.setControl(after);
      return Promise.resolve({ status: "superseded", epoch: 5 });
    });
    await expect(activate(before)).rejects.toThrow("conditional");
    expect(world.control).toMatchObject(after);
  });

  it.each([null, {}, { status: "activated" }, { status: "superseded", epoch: "9" }])(
    "fails upon the answer %p, and changes nothing",
    async (answer) => {
      migrationAnswers(answer as object);
      const before = control();
      await expect(activate(before)).rejects.toThrow();
      expect(world.control).toEqual({ pk: "control", ...before });
    },
  );

  it("fails with the error of db-migration", async () => {
    world.services.functions.set("standby-migration", () => Promise.reject(new Error("no secret")));
    await expect(activate(control())).rejects.toThrow(
      `db-migration in ${STANDBY} failed: {"errorMessage":"Error: no secret"}`,
    );
    expect(world.control).toMatchObject({ active: null });
  });

  it("gives up after 20 s", async () => {
    world.mishap({ service: "lambda" }, "hangs");
    const startedMs = world.nowMs;
    await expect(activate(control())).rejects.toThrow("no answer within 20000 ms");
    expect(world.nowMs - startedMs).toBe(20_000);
  });

  it("does not overwrite a fence that was written in between", async () => {
    const before = control();
    world.services.functions.set("standby-migration", () => {
      world.setControl({ version: before.version + 1, epoch: 5, target: HOME });
      return Promise.resolve({ status: "activated", epoch: 4, newestRowAtMs: null });
    });
    await expect(activate(before)).rejects.toThrow("conditional");
    expect(world.control).toMatchObject({ epoch: 5, active: null, target: HOME });
  });
});

describe("after an activation", () => {
  const control = (change: Partial<Control> = {}) =>
    world.setControl({
      active: STANDBY,
      epoch: 4,
      how: "failover",
      reason: "home lost",
      ...change,
    });
  const published = () =>
    world.callsOf({ service: "sns" }).map(({ region, on, input }) => ({
      region,
      on,
      subject: input["Subject"],
      message: JSON.parse(input["Message"] as string) as Record<string, unknown>,
    }));

  it.each([
    [STANDBY, "standby"],
    [HOME, "home"],
  ])(
    "a sweep and the missing migrations in %s are started but not awaited",
    async (region, role) => {
      await world.play(act.sweep(runtime(), control(), region));
      const started = world.callsOf({ service: "lambda" });
      expect(started.map(({ region: where }) => where)).toEqual([region, region]);
      expect(started.map(({ input }) => input)).toEqual([
        {
          FunctionName: `${role}-sweep`,
          InvocationType: "Event",
          Payload: Buffer.from('{"activated":4}'),
        },
        {
          FunctionName: `${role}-migration`,
          InvocationType: "Event",
          Payload: Buffer.from('{"migrate":true}'),
        },
      ]);
    },
  );

  const settled = (region: string, epoch: number, firstAtMs: number, lastAtMs: number) =>
    world.put({ pk: `progress#${region}`, epoch, firstAtMs, lastAtMs, newestOrderAtMs: 1 });

  it("notify publishes RTO and RPO in both regions, then records it", async () => {
    const nowMs = world.nowMs;
    settled(HOME, 3, 1, nowMs - 130_040);
    settled(STANDBY, 4, nowMs - 2_000, nowMs);
    const before = control({ newestRowAtMs: nowMs - 131_300, notifiedEpoch: 1 });
    const log = createLog(runtime(), "test");
    await world.play(act.notify(runtime(), before, log));
    const message = {
      environment: "test",
      active: STANDBY,
      epoch: 4,
      how: "failover",
      reason: "home lost",
      rtoSeconds: 128,
      rpoSeconds: 1.3,
    };
    const subject = `${STANDBY} is active (epoch 4)`;
    expect(published()).toMatchObject([
      { region: HOME, on: "home-topic", subject, message },
      { region: STANDBY, on: "standby-topic", subject, message },
    ]);
    expect([world.metric("RtoSeconds"), world.metric("RpoSeconds")]).toEqual([[128], [1.3]]);
    expect(world.control).toEqual({
      ...before,
      pk: "control",
      version: before.version + 1,
      notifiedEpoch: 4,
    });
  });

  it.each([
    ["nothing was settled yet in the new epoch", 3, -80_000, { rtoSeconds: 60.1, rpoSeconds: 20 }],
    ["the survivor has later rows than home told of", 4, 0, { rtoSeconds: 50.1, rpoSeconds: 0 }],
  ])("notify computes both if %s", async (_, epoch, newestRowMs, told) => {
    const { nowMs } = world;
    const settledAtMs = nowMs - 9_900;
    settled(HOME, 3, 1, nowMs - 60_000);
    settled(STANDBY, epoch, settledAtMs, nowMs);
    const before = control({ newestRowAtMs: nowMs + newestRowMs });
    await world.advance(0.09);
    await world.play(act.notify(runtime(), before, createLog(runtime(), "test")));
    expect(published()[0]!.message).toMatchObject(told);
  });

  it("notify reports a first start without RTO and RPO", async () => {
    const log = createLog(runtime(), "test");
    const before = control({ active: HOME, how: "start", epoch: 1, reason: "first start" });
    settled(STANDBY, 1, 1, 1);
    await world.play(act.notify(runtime(), before, log));
    expect(published()[0]).toMatchObject({
      subject: `${HOME} is active (epoch 1)`,
      message: { rtoSeconds: 0, rpoSeconds: 0, how: "start" },
    });
  });

  it.each([[HOME], [STANDBY]])(
    "notify succeeds if the topic in %s does not answer",
    async (region) => {
      world.mishap({ service: "sns", region }, "hangs");
      const { seconds } = await world.timed(act.publish(runtime(), "s".repeat(120), { a: 1 }));
      expect(seconds).toBe(0.01);
      expect(published().map((one) => one.subject)).toEqual(Array(2).fill("s".repeat(100)));
    },
  );

  it("notify fails if no topic answers, and records nothing", async () => {
    world.mishap({ service: "sns" }, throttled());
    const before = control({ notifiedEpoch: 1 });
    await expect(
      world.play(act.notify(runtime(), before, createLog(runtime(), "test"))),
    ).rejects.toThrow();
    expect(world.control).toMatchObject({ notifiedEpoch: 1, version: before.version });
    expect(world.metric("RtoSeconds")).toEqual([]);
  });

  it("repoint sets the path of the health check, then records it", async () => {
    const before = control();
    await world.play(act.repoint(runtime(), before));
    expect(world.only({ service: "route53" }).input).toEqual({
      HealthCheckId: "home-check",
      ResourcePath: "/live/health?after=4",
    });
    expect(world.control).toMatchObject({ repointedEpoch: 4, version: before.version + 1 });
  });

  it("repoint gives up after 2 s and records nothing", async () => {
    world.mishap({ service: "route53" }, "hangs");
    const startedMs = world.nowMs;
    await expect(world.play(act.repoint(runtime(), control()))).rejects.toThrow("no answer");
    expect(world.nowMs - startedMs).toBe(2_000);
    expect(world.control).toMatchObject({ repointedEpoch: 0 });
  });

  it("disarm records until when no automatic fence is allowed", async () => {
    const before = control();
    await world.play(act.disarm(runtime(), before, 123));
    expect(world.control).toMatchObject({ disarmedUntilMs: 123, version: before.version + 1 });
  });
});
