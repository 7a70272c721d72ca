import { bounds } from "../bounds";
import { waitedFor } from "./controlPlanes";
import { type FaultKind, fault, held, heldIn } from "./fault";

/**
 * AWS does not publish whether RDS promotes a cluster that is being backed up: both cases are
 * played.
 */
const states = [
  { status: "maintenance", isRefused: true },
  { status: "backing-up", isRefused: true },
  { status: "backing-up", isRefused: false },
] as const;

/** The standby's cluster is available, but busy when the failover needs it. */
export const standbyBusy: FaultKind = {
  name: "standby busy",
  lasts: [60, 300],
  draw: (stream) => {
    const { status, isRefused } = stream.pick(states);
    return fault(
      {
        name: "standby busy",
        description: `the standby's cluster is in "${status}", RDS ${isRefused ? "refuses to promote it" : "promotes it all the same"}`,
        failover: "must not",
        bound: isRefused ? bounds.rdsReturns : undefined,
      },
      (stage) => {
        const { world, region } = stage;
        const { busy, unpromotable } = world.rds;
        const standby = region("standby");
        const begin = (): void => void busy.set(standby, status);
        const end = (): void => void busy.delete(standby);
        const undo = held(world, `status of ${standby}`, begin, end);
        if (!isRefused) return [undo];
        const allow = heldIn(world, "promotion to", unpromotable, standby);
        return [undo, allow, () => waitedFor(stage)];
      },
    );
  },
};
