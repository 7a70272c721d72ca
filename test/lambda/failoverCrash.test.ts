import type { Control } from "../../lambda/shared/control";
import {
  atStandby,
  changesOf,
  loseHome,
  orchestrate,
  steadyWorld,
  writeBadLooks,
} from "../helpers/failover";
import { HOME, Life, STANDBY, type FakeWorld } from "../helpers/fakeRuntime";

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
      const world = steadyWorld(5);
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
      const world = steadyWorld(5);
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
      const world = steadyWorld(5);
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
  await world.play(orchestrate(world, event, region, life), 20).catch(() => undefined);
  if (event === scenes["a failover on the sentinel's looks"]!.event) writeBadLooks(world);
  await world.play(orchestrate(world, event, region));
  return world;
}

function expectEnd(world: FakeWorld, { end, promotions, asked }: Scene): void {
  expect(world.control).toMatchObject({ ...end, target: null });
  expect(world.services.cluster.promotions).toEqual(promotions);
  expect(world.services.cluster.writer).toBe(end.active);
  expect(world.services.databases[end.active!]!.epoch).toBe(end.epoch);
  const changes = changesOf(world).map((line) => line.split(" ").slice(1).join(" "));
  expect(changes).toEqual(expect.arrayContaining(asked));
}

describe.each(Object.entries(scenes))("%s that dies at any call", (_, scene) => {
  it("comes to the same end when the next run goes on: one epoch, one promotion", async () => {
    const whole = new Life();
    expectEnd(await play(scene, whole), scene);
    expect(whole.calls).toBeGreaterThan(25);
    for (let call = 1; call <= whole.calls; call++) {
      for (const end of ["dies", "cut off"] as const) {
        expectEnd(await play(scene, new Life(call, end)), scene);
      }
    }
  });
});

it("a first start that dies at any call is finished by the next tick", async () => {
  const scene = { end: { epoch: 1, active: HOME, notifiedEpoch: 1 }, promotions: [] };
  const start = async (life: Life) => {
    const world = steadyWorld();
    const { databases } = world.services;
    world.services.ledgerAnswer(HOME, "DeleteCommand", {
      TableName: "ledger",
      Key: { pk: "control" },
    });
    Object.assign(databases[HOME]!, { epoch: null, migrated: [] });
    await world.play(orchestrate(world, { trigger: "tick" }, STANDBY, life), 12).catch(() => 0);
    return world;
  };
  const whole = new Life();
  expect((await start(whole)).control).toMatchObject(scene.end);
  for (let call = 1; call <= whole.calls; call++) {
    const world = await start(new Life(call));
    await world.play(orchestrate(world, { trigger: "tick" }), 12).catch(() => undefined);
    expectEnd(world, { ...scene, asked: ["Invoke home-sweep", "Publish home-topic"] } as never);
  }
});
