import type { Control } from "../../../lambda/control/control";
import { readTakeovers, rememberTakeover } from "../../../lambda/failover/takeovers";
import { createLog } from "../../../lambda/runtime/log";
import { FakeWorld, STANDBY } from "../../helpers/fakeRuntime";

const TABLE = "ledger";
const cost = { rtoSeconds: 120.5, rpoSeconds: 0.4 };

describe("the history of takeovers", () => {
  let world: FakeWorld;
  beforeEach(() => (world = new FakeWorld()));

  const remember = (change: Partial<Control>) => {
    const control = { ...world.setControl({ active: STANDBY, how: "failover" }), ...change };
    const runtime = world.runtime(STANDBY);
    return world.play(rememberTakeover(runtime, TABLE, control, cost, createLog(runtime, "test")));
  };
  const history = () => world.play(readTakeovers(world.runtime(STANDBY), TABLE));

  it("is empty at first", async () => {
    expect(await history()).toEqual([]);
  });

  it("has each epoch once, oldest first", async () => {
    await remember({ epoch: 2 });
    await remember({ epoch: 3, reason: "home is lost" });
    await remember({ epoch: 3, reason: "home is lost" });
    expect(await history()).toMatchObject([
      { epoch: 2 },
      { epoch: 3, active: STANDBY, how: "failover", reason: "home is lost", ...cost },
    ]);
  });

  it("keeps the last twenty", async () => {
    for (let epoch = 1; epoch <= 23; epoch++) await remember({ epoch });
    expect((await history()).map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 4),
    );
  });

  it("counts as none if its item makes no sense", async () => {
    world.put({ pk: "takeovers", takeovers: "gone" });
    expect(await history()).toEqual([]);
    await remember({ epoch: 4 });
    expect(await history()).toHaveLength(1);
  });
});
