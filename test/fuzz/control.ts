import * as fc from "fast-check";
import { readControlOrUnknown } from "../../lambda/control/controlItem";
import { orderId } from "../helpers/events";
import { beAlive } from "../helpers/failover";
import { HOME, STANDBY } from "../helpers/fakeRuntime";
import { noLog } from "../helpers/logs";
import { fuzzed, must } from "./fuzzed";
import { anyPoison, CONTROL } from "./poison";
import { Story } from "./story";
import { watch } from "./takeover";

/** Orders settle again this long after the control item was poisoned: the RTO. */
const REPAIRED_SECONDS = 300;
const STEP_SECONDS = 5;

/** Both regions' processors and sweeps at work, and a sentinel and the tick in the standby region. */
async function work(story: Story, seconds: number): Promise<void> {
  const { world } = story;
  for (let second = 0; second < seconds; second += STEP_SECONDS) {
    if (second % 60 === 0) for (const region of [HOME, STANDBY]) await story.sweep(region);
    for (const region of [HOME, STANDBY]) await story.deliver(region);
    if (world.control?.active === HOME) beAlive(world, world.nowMs);
    story.replicate();
    await world.advance(STEP_SECONDS);
  }
}

export const poisonedControl = fuzzed(
  "a malformed control item is repaired without people, and orders settle again",
  1,
  fc.array(anyPoison(CONTROL), { minLength: 1, maxLength: 2 }),
  async (handlers, poisons) => {
    const story = new Story(handlers);
    const { world } = story;
    watch(handlers, world);
    await story.place(1);
    await work(story, 20);
    for (const one of poisons) story.poison(one);
    // A well-formed item that is wrong, such as one with a later epoch, is for people to repair.
    const seen = readControlOrUnknown(world.runtime(HOME), "ledger", noLog);
    if (typeof (await world.play(seen)) !== "string") return;
    await story.place(2);
    await work(story, REPAIRED_SECONDS);
    await story.place(3);
    await work(story, 65);
    const { rows } = world.services.databases[world.services.cluster.writer]!;
    const missing = [1, 2, 3].filter((n) => !rows.has(orderId(n)));
    must(
      missing.length === 0,
      () => `not settled: ${missing.join()}; ${JSON.stringify(world.item(CONTROL))}`,
    );
    story.checkSafe();
  },
);
