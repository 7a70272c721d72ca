import type { Control } from "../../../lambda/control/control";
import {
  atStandby,
  changesOf,
  forgetStart,
  loseHome,
  orchestrate,
  steadyWorld,
  writeBadLooks,
} from "../../helpers/failover";
import { HOME, Life, STANDBY, type FakeWorld } from "../../helpers/fakeRuntime";

interface Scene {
  /** The world in which the first run begins. */
  begin: () => Promise<FakeWorld>;
  event: object;
  region: string;
  end: Partial<Control>;
  promotions: string[];
  /** Functions that must have been invoked, and topics told. */
  asked: string[];
}

const scenes: Record<string, Scene> = {
  "a failover on the sentinel's looks": {
    begin: async () => {
      const world = steadyWorld(3);
      loseHome(world);
      await world.advance(30);
      writeBadLooks(world);
      return world;
    },
    event: { trigger: "sentinel" },
    region: STANDBY,
    end: { epoch: 2, active: STANDBY, notifiedEpoch: 2, repointedEpoch: 2, how: "failover" },
    promotions: [`failover to ${STANDBY}`],
    asked: ["Invoke standby-sweep", "Publish standby-topic", "UpdateHealthCheck home-check"],
  },
  "an operator's failback": {
    begin: () => {
      const world = steadyWorld(3);
      atStandby(world);
      return Promise.resolve(world);
    },
    event: { action: "failback" },
    region: STANDBY,
    end: { epoch: 3, active: HOME, notifiedEpoch: 3, how: "switchover" },
    promotions: [`switchover to ${HOME}`],
    asked: ["Invoke home-sweep", "Publish standby-topic"],
  },
  "an operator's failover to home from home": {
    begin: () => {
      const world = steadyWorld(3);
      atStandby(world);
      world.mishap({ region: STANDBY }, "hangs");
      return Promise.resolve(world);
    },
    event: { action: "failover", to: HOME },
    region: HOME,
    end: { epoch: 3, active: HOME, notifiedEpoch: 3, how: "failover" },
    promotions: [`failover to ${HOME}`],
    asked: ["Invoke home-sweep", "Publish home-topic"],
  },
};

/** A run that may die, then another that does not. */
async function play({ begin, event, region }: Scene, life: Life): Promise<FakeWorld> {
  const world = await begin();
  await world.play(orchestrate(world, event, region, life), 10).catch(() => undefined);
  if (event === scenes["a failover on the sentinel's looks"]!.event) writeBadLooks(world);
  await world.play(orchestrate(world, event, region));
  return world;
}

/** What is not as it should be in the end. */
function faults(world: FakeWorld, { end, promotions, asked }: Omit<Scene, "begin">): string[] {
  const { cluster, databases } = world.services;
  const control = world.control! as unknown as Record<string, unknown>;
  const found: Record<string, unknown> = {
    ...Object.fromEntries(Object.keys(end).map((name) => [name, control[name]])),
    target: control["target"],
    promotions: cluster.promotions.join(),
    writer: cluster.writer,
    writerEpoch: databases[end.active!]!.epoch,
  };
  const expected: Record<string, unknown> = {
    ...end,
    target: null,
    promotions: promotions.join(),
    writer: end.active,
    writerEpoch: end.epoch,
  };
  const changes = changesOf(world);
  return [
    ...Object.keys(expected)
      .filter((name) => found[name] !== expected[name])
      .map((name) => `${name} is ${String(found[name])}`),
    ...asked.filter((one) => !changes.some((line) => line.endsWith(one))).map((one) => `no ${one}`),
  ];
}

describe.each(Object.entries(scenes))("%s that dies at any call", (_, scene) => {
  it("ends in the same state once another invocation continues, with one epoch and one promotion", async () => {
    const whole = new Life();
    expect(faults(await play(scene, whole), scene)).toEqual([]);
    expect(whole.calls).toBeGreaterThan(25);
    const problems: string[] = [];
    for (let call = 1; call <= whole.calls; call++) {
      for (const end of ["dies", "cut off"] as const) {
        const found = faults(await play(scene, new Life(call, end)), scene);
        problems.push(...found.map((fault) => `${end} at call ${call}: ${fault}`));
      }
    }
    expect(problems).toEqual([]);
  });
});

it("a first start that crashes at any call is finished by the next tick", async () => {
  const end: Partial<Control> = { epoch: 1, active: HOME, notifiedEpoch: 1, how: "start" };
  const asked = ["Invoke home-sweep", "Publish home-topic"];
  const tick = (world: FakeWorld, life?: Life) =>
    world.play(orchestrate(world, { trigger: "tick" }, STANDBY, life), 12).catch(() => undefined);
  const start = async (life: Life) => {
    const world = steadyWorld();
    forgetStart(world);
    await tick(world, life);
    return world;
  };
  const whole = new Life();
  await start(whole);
  expect(whole.calls).toBeGreaterThan(25);
  const problems: string[] = [];
  for (let call = 1; call <= whole.calls; call++) {
    const world = await start(new Life(call));
    await tick(world);
    const found = faults(world, { end, promotions: [], asked, event: {}, region: STANDBY });
    problems.push(...found.map((fault) => `dies at call ${call}: ${fault}`));
  }
  expect(problems).toEqual([]);
});
