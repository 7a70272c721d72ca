import * as fc from "fast-check";
import { LOOP_TIMEOUT_SECONDS } from "../../lambda/detection/tunables";
import { openItem } from "../helpers/events";
import { beAlive, loseHome, steadyWorld } from "../helpers/failover";
import { HOME, STANDBY, type FakeWorld } from "../helpers/fakeRuntime";
import { fuzzed, must, type Handlers } from "./fuzzed";
import { anyPoison, evidenceItems, orderItem, poison } from "./poison";

/** From the loss of home to the fence. */
const FENCE_SECONDS = 45;
const PROMOTION_SECONDS = 60;
/** From the fence to the activation, without the promotion. */
const ACTIVATION_SECONDS = 20;
/** Home is lost at this second, once the sentinel has probed for some slots. */
const LOST_AT_SECONDS = 55;

/**
 * One item of the evidence is poisoned, once or again and again: if the heartbeat and what the
 * sentinel remembers of it were lost within one slot, nobody could know how old it was.
 */
const anyLoss = fc.constantFrom(...evidenceItems).chain((item) =>
  fc.array(
    fc.record({
      atSeconds: fc.integer({ min: 1, max: LOST_AT_SECONDS + FENCE_SECONDS }),
      poison: anyPoison(item, orderItem(1)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
);

/** Every minute a sentinel and the tick start in the standby region. The sentinel invokes too. */
export function watch(handlers: Handlers, world: FakeWorld): void {
  const orchestrator = handlers.failoverOrchestrator(world.runtime(STANDBY));
  const invoke = (event: unknown): Promise<unknown> =>
    orchestrator(event, world.invocation(LOOP_TIMEOUT_SECONDS)).catch(() => null);
  world.services.functions.set("standby-orchestrator", invoke);
  const sentinel = handlers.sentinel(world.runtime(STANDBY));
  world.simulation.every(world.nowMs, 60_000, () => {
    world.simulation.continued();
    void sentinel({ trigger: "schedule" });
    void invoke({ trigger: "tick" });
  });
}

export const takeover = fuzzed(
  "poisoned evidence delays no takeover",
  1,
  anyLoss,
  async (handlers, poisons) => {
    const world = steadyWorld(PROMOTION_SECONDS);
    world.put({ ...openItem(1, world.nowMs) });
    watch(handlers, world);
    for (const one of poisons) {
      world.simulation.after(one.atSeconds * 1000, () => poison(world, one.poison));
    }
    for (let second = 5; second < LOST_AT_SECONDS; second += 5) {
      await world.advance(5);
      beAlive(world, world.nowMs);
    }
    await world.advance(5);
    loseHome(world);
    await world.advance(FENCE_SECONDS);
    const { target } = world.control!;
    must(target === STANDBY, () => `no fence ${FENCE_SECONDS} s after the loss of ${HOME}`);
    await world.advance(PROMOTION_SECONDS + ACTIVATION_SECONDS);
    must(world.control?.active === STANDBY, () => `${STANDBY} does not become active`);
  },
);
