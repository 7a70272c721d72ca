import type { Control } from "../../shipped";
import type { Happening } from "../../world/happenings";
import { type FaultKind, fault } from "./fault";

/** The target region if the control write is a fence; otherwise undefined. */
function fencedTo(happening: Happening): string | undefined {
  if (happening.kind !== "control written") return undefined;
  const before = happening.before as unknown as Control | undefined;
  const after = happening.item as unknown as Control | undefined;
  if (before === undefined || after === undefined || after.epoch === before.epoch) return undefined;
  return after.target ?? undefined;
}

/**
 * Operators contradict one another: some fail over to the standby, others call the service back at
 * once. If no promotion has begun in between, home settles again within a second or two under a
 * newer epoch, while batches of the older epoch are still on their way to the same database.
 */
export const takeoverCalledOff: FaultKind = {
  name: "takeover called off",
  lasts: [40, 40],
  draw: (stream) => {
    const afterMs = stream.integer(0, 1_500);
    return fault(
      {
        name: "takeover called off",
        description: `operators ask for a failover to the standby, others call every such fence back home ${afterMs} ms later`,
        failover: "may",
        hinders: true,
      },
      ({ world: { base }, operators, region }) => {
        const home = region("home");
        const standby = region("standby");
        let isOver = false;
        base.watch(
          (happening) => {
            if (isOver || fencedTo(happening) !== standby) return;
            base.simulation.after(afterMs, () =>
              operators.say(home, { action: "failover", to: home }),
            );
          },
          ["control written"],
        );
        operators.say(standby, { action: "failover", to: standby });
        return [() => (isOver = true)];
      },
    );
  },
};
