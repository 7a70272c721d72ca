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

/**
 * A takeover re-queues every open order at once. If these messages were in the queue of orders just
 * accepted, new orders would settle only after them.
 */
export const backlogIsApart: Watcher = {
  name: "new orders do not queue behind a backlog",
  watch: ({ world }) => {
    const fresh = new Set<unknown>();
    const requeued = new Set<unknown>();
    let seen: string | undefined;
    world.base.hooks.call.add(({ environment: { description }, command, input }) => {
      const isFresh = description.stem === "orderApi" && command === "SendMessageCommand";
      const isRequeued =
        description.stem === "settlementSweep" && command === "SendMessageBatchCommand";
      const url = input["QueueUrl"];
      if (isFresh) fresh.add(url);
      if (isRequeued) requeued.add(url);
      if ((isFresh || isRequeued) && fresh.has(url) && requeued.has(url)) {
        seen ??= `orders just accepted and re-queued orders are both sent to ${String(url)}`;
      }
      return undefined;
    });
    return () => seen;
  },
};
