import { RESTORED_WINDOW_MS } from "../measures";
import type { Stage, Undo } from "./fault";
import { progressIn } from "../ledgerItems";

/**
 * Call this when the standby is lost or loses the ledger, and call the returned function when it is
 * back. Nobody can fail over to the standby meanwhile, so recovery counts from the moment it polls
 * home again with a working ledger. This does not apply if the takeover was complete before.
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
