import { RESTORED_WINDOW_MS } from "../measures";
import type { Stage, Undo } from "./fault";
import { progressIn } from "../ledgerItems";

/**
 * To be asked when the standby goes, or loses the ledger; what comes back is called at its return.
 * Nobody can fail over to it meanwhile: as with a control plane, recovery counts from the moment
 * it looks at home again with the ledger behind it. Not where its takeover was over before it went.
 */
export function looksAgain({ world, ledgerTable, region, recoveryBegins }: Stage): Undo {
  const { base } = world;
  const standby = region("standby");
  const settled = progressIn(world, ledgerTable, standby);
  const sinceMs = settled?.firstAtMs ?? Infinity;
  if (base.nowMs - sinceMs > 2 * RESTORED_WINDOW_MS) return () => {};
  let isReady = true;
  let isReturned = false;
  base.watch((happening) => {
    if (happening.kind === "ledger blocked" && happening.region === standby) isReady = false;
    if (happening.kind === "ledger ready" && happening.region === standby) isReady = true;
    const isLook = happening.kind === "asked" && happening.asked.from === standby;
    if (!isLook || !isReturned || !isReady) return;
    isReturned = false;
    recoveryBegins();
  });
  return () => {
    isReturned = true;
  };
}
