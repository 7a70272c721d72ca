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
  orders: { acknowledged: number; settled: number; waiting: number };
  /** Actions that make sense now. */
  can: Record<Fault | "restore" | "failback", boolean>;
}

export async function snapshotOf(session: Session): Promise<Snapshot> {
  const { platform, load, rto, timeline } = session;
  const { home, standby } = platform;
  const { control, regions, openOrders, lagBytes, dns } = await session.watch.state();
  const active = control?.active ?? null;
  const isCut = platform.cut.has(home);
  const isMoving = platform.moves.current !== undefined;
  const isHomeUp = !isCut && platform.pair.of(home).server.isRunning;
  const canFail = active === home && isHomeUp && !isMoving;
  const counting = session.isFailing && timeline.beganMs !== undefined;
  return {
    atMs: Date.now(),
    home,
    standby,
    active,
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
    can: {
      ...(Object.fromEntries(Object.keys(faults).map((name) => [name, canFail])) as Record<
        Fault,
        boolean
      >),
      restore: isCut && !isMoving,
      failback: active === standby && isHomeUp && !isMoving,
    },
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
