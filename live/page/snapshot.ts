import { type Fault, type Session, faults } from "../session";
import type { RegionState } from "../watch";

/** What the page shows, once a second. */
export interface Snapshot {
  atMs: number;
  home: string;
  standby: string;
  active: string | null;
  target: string | null;
  epoch: number | null;
  dns: string;
  regions: RegionState[];
  openOrders: number | null;
  lagBytes: number | null;
  rates: { accepted: number; settled: number };
  /** Of the last fault: whether it lasts, and the seconds that were measured. */
  rto: { seconds: number | null; accepted: number | null; settled: number | null };
  /** Until automatic failover is armed; 0 when it is. */
  armedInSeconds: number | null;
  orders: { acknowledged: number; settled: number; waiting: number };
  can: Record<Action, boolean>;
}

export type Action = Fault | "restore" | "failback";

export async function snapshotOf(session: Session): Promise<Snapshot> {
  const { platform, load, rto, timeline } = session;
  const { home, standby } = platform;
  const { control, regions, openOrders, lagBytes, dns } = await session.watch.state();
  const armedInSeconds = await session.secondsUntilArmed().catch(() => null);
  const counting = session.isFailing && timeline.beganMs !== undefined;
  return {
    atMs: Date.now(),
    home,
    standby,
    active: control?.active ?? null,
    target: control?.target ?? null,
    epoch: control?.epoch ?? null,
    dns,
    regions,
    openOrders: openOrders ?? null,
    lagBytes: lagBytes ?? null,
    rates: load.rates(),
    rto: {
      seconds: counting ? (Date.now() - timeline.beganMs!) / 1000 : null,
      accepted: rto.accepted ?? null,
      settled: rto.settled ?? null,
    },
    orders: countsOf(session),
    armedInSeconds,
    can: actionsOf(session, armedInSeconds === 0),
  };
}

/** Which actions can work now. Without automatic failover, nothing would follow a fault. */
export function actionsOf(session: Session, isArmed: boolean): Snapshot["can"] {
  const { platform, control, isReturning } = session;
  const { home, standby, pair, cut, moves } = platform;
  const isMoving = moves.current !== undefined || platform.rebuilding !== undefined;
  const isIdle = !isMoving && !isReturning;
  const isHomeUp = !cut.has(home) && pair.of(home).server.isRunning;
  const canFail = isIdle && isHomeUp && isArmed && control?.active === home;
  return {
    ...(Object.fromEntries(Object.keys(faults).map((name) => [name, canFail])) as Record<
      Fault,
      boolean
    >),
    restore: isIdle && cut.has(home),
    failback: isIdle && isHomeUp && control?.active === standby,
  };
}

function countsOf({ load }: Session): Snapshot["orders"] {
  const counts = { acknowledged: 0, settled: 0, waiting: 0 };
  for (const { acceptedMs, settledMs, refused } of load.placed.values()) {
    if (acceptedMs !== undefined) counts.acknowledged++;
    else if (refused === undefined) counts.waiting++;
    if (settledMs !== undefined) counts.settled++;
  }
  return counts;
}
