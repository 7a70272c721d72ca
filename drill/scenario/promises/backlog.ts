import { SWEEP_QUEUE_DEPTH_MAX } from "../../shipped";
import type { Environment } from "../../world/environment";
import { hintsHeld } from "../hintsHeld";
import type { Watcher } from "./watcher";

/**
 * Hints of one order beside one another settle nothing, and hold up those behind them. So a minute's
 * sweep adds none to queues that already hold many when it looks, in flight or not. Upon an
 * activation every order that waits must be handed over at once, whatever the queue holds.
 */
export const backlogStaysSmall: Watcher = {
  name: "a backlog is not multiplied",
  watch: ({ world }) => {
    const depths = new Map<Environment, number>();
    let seen: string | undefined;
    world.base.hooks.call.add(({ environment, command }) => {
      if (environment.description.stem !== "settlementSweep") return undefined;
      const isActivation = (environment.payload as { activated?: number }).activated !== undefined;
      if (command === "GetQueueAttributesCommand")
        depths.set(environment, hintsHeld(world, environment));
      if (command !== "SendMessageBatchCommand" || isActivation) return undefined;
      const depth = depths.get(environment) ?? hintsHeld(world, environment);
      if (depth > SWEEP_QUEUE_DEPTH_MAX) {
        seen ??= `a sweep added hints in ${environment.description.region} to ${depth} that were there`;
      }
      return undefined;
    });
    return () => seen;
  },
};
