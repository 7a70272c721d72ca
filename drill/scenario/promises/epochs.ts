import type { Control } from "../../shipped";
import { controlIn } from "../ledgerItems";
import type { Watcher } from "./watcher";

const CORRECTED_WITHIN_MS = 120_000;

/** The region that was active becomes the target under an epoch that is no fence's. */
export function isReactivation(before: Control, after: Control): boolean {
  const isSame = before.active !== null && before.active === after.target;
  return isSame && after.active === null && after.how === "start";
}

/** Until then no region settles: the database refuses the control item's epoch. */
export const epochsAgreeAgain: Watcher = {
  name: `a wrong epoch is corrected within ${CORRECTED_WITHIN_MS / 1000} s`,
  kinds: ["fault begins", "control written", "rows committed"],
  watch: ({ world, ledgerTable }) => {
    let seen: string | undefined;
    return (happening) => {
      if (happening.kind !== "fault begins" || happening.name !== "epoch wrong") return seen;
      world.base.simulation.after(CORRECTED_WITHIN_MS, () => {
        const control = controlIn(world, ledgerTable);
        const { writerEpoch } = world.aurora.writer.volume.state;
        if (control?.active && control.epoch === writerEpoch) return;
        seen = `the control item has epoch ${control?.epoch}, the database ${writerEpoch}`;
      });
      return seen;
    };
  },
};
