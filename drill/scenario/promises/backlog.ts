import { SWEEP_QUEUE_DEPTH_MAX } from "../../shipped";
import type { Environment } from "../../world/environment";
import { hintsHeld } from "../hintsHeld";
import type { Watcher } from "./watcher";

/**
 * Several hints of one order settle nothing more and delay the hints behind them. So one minute's
 * sweep adds none to queues that already hold many, in-flight ones included. On activation,
 * however, every waiting order must be queued at once, whatever the queues hold.
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
