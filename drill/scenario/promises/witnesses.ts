import {
  ALIVE_STALE_SECONDS,
  BAD_PROBES_IN_ROW,
  type Control,
  FAILED_CANARIES,
  FLAPPING_ALIVE_STALE_SECONDS,
  FLAPPING_BAD_SLOTS,
  LOOKS_KEPT,
  LOOK_SLOT_SECONDS,
  OBSERVE_TIMEOUT_MS,
  PROBE_TIMEOUT_MS,
  PROGRESS_STALE_SECONDS,
} from "../../shipped";
import type { Asked } from "../../world/happenings";
import { automaticFence } from "./decisions";
import type { Scene, Watcher } from "./watcher";
import { aliveIn, progressIn } from "../ledgerItems";

const SLOT_MS = LOOK_SLOT_SECONDS * 1000;
/** A fence is written some seconds, and so up to two slots, after the poll that caused it. */
const SLOTS_LATE = 2;

/** A poll that gets no answers, and the RDS request after it, take at most this long. */
const LOOK_MS = PROBE_TIMEOUT_MS + OBSERVE_TIMEOUT_MS;

/** How much older what stands in for spoilt items may be: of the last slot, or of the last loop. */
const STAND_IN_MS: Readonly<Record<string, number>> = {
  "item spoilt": SLOT_MS,
  "two items spoilt": 60_000,
};

interface Slot {
  probes: Asked[];
  canaries: Asked[];
  /** How long home had given no sign of life. */
  silentMs: number;
}

/** What the standby really saw of home, by slot, and what home really wrote. */
class Truth {
  private readonly slots = new Map<number, Slot>();
  /** Waiting orders, each with the time of its acceptance. */
  private readonly waiting = new Map<string, string>();

  constructor(private readonly scene: Scene) {}

  asked(asked: Asked): void {
    const { home, standby } = this.scene;
    if (asked.from !== standby || !asked.url.includes(`.${home}.`)) return;
    const number = Math.floor(asked.atMs / SLOT_MS);
    let slot = this.slots.get(number);
    if (slot === undefined) {
      slot = { probes: [], canaries: [], silentMs: this.silentMs() };
      this.slots.set(number, slot);
      this.slots.delete(number - 3 * LOOKS_KEPT);
    }
    // An orchestrator that is invoked polls at once, between two slots.
    slot.silentMs = Math.max(slot.silentMs, this.silentMs());
    (asked.method === "GET" ? slot.probes : slot.canaries).push(asked);
  }

  /** An order waits until it is settled in the current epoch. */
  written(pk: string, item: Readonly<Record<string, unknown>> | undefined): void {
    // Sessions are stored in another table.
    if (!pk.startsWith("order#")) return;
    const { shard, settledEpoch, acceptedAt } = item ?? {};
    const isOpen = typeof shard === "string" && shard.startsWith("open#");
    if (!isOpen || settledEpoch !== undefined) this.waiting.delete(pk);
    else this.waiting.set(pk, acceptedAt as string);
  }

  /** The longest silence seen by the polls that may have caused a fence written now. */
  longestSilenceMs(): number {
    const last = Math.floor(this.scene.world.base.nowMs / SLOT_MS);
    let longestMs = this.silentMs();
    for (let number = last - SLOTS_LATE; number <= last; number++) {
      const slot = this.slots.get(number);
      if (slot !== undefined) longestMs = Math.max(longestMs, slot.silentMs + LOOK_MS);
    }
    return longestMs;
  }

  /** Clocks may differ. Home's times are compared with the clock of the region that polls. */
  private clockMs(): number {
    const { world, standby } = this.scene;
    return world.base.clockMs(standby);
  }

  private silentMs(): number {
    const { world, ledgerTable, home } = this.scene;
    const alive = aliveIn(world, ledgerTable, home);
    return alive === undefined ? 0 : this.clockMs() - alive.atMs;
  }

  /** How long ago home last settled an order, and how old the newest settled order is. */
  idle(): { idleMs: number; newestMs: number } {
    const { world, ledgerTable, home } = this.scene;
    const nowMs = this.clockMs();
    const found = progressIn(world, ledgerTable, home);
    const { lastAtMs, newestOrderAtMs } = found ?? { lastAtMs: nowMs, newestOrderAtMs: nowMs };
    return { idleMs: nowMs - lastAtMs, newestMs: nowMs - newestOrderAtMs };
  }

  longestWaitMs(): number {
    let oldest: string | undefined;
    for (const at of this.waiting.values()) if (oldest === undefined || at < oldest) oldest = at;
    return oldest === undefined ? 0 : this.clockMs() - Date.parse(oldest);
  }

  count(slots: number, isMeant: (slot: Slot) => boolean): number {
    const last = Math.floor(this.scene.world.base.nowMs / SLOT_MS);
    let found = 0;
    for (let number = last - slots - SLOTS_LATE + 1; number <= last; number++) {
      const slot = this.slots.get(number);
      if (slot !== undefined && isMeant(slot)) found++;
    }
    return found;
  }
}

const isBad = ({ status }: Asked): boolean => status === undefined || status >= 500;
const hasBadProbe = ({ probes }: Slot): boolean => probes.some(isBad);

/** Both witnesses are compared with the true state of the world at the time of the fence. */
export const twoWitnesses: Watcher = {
  name: "no automatic failover without two witnesses",
  kinds: ["asked", "fault begins", "ledger written", "control written"],
  watch: (scene) => {
    const truth = new Truth(scene);
    let standInMs = 0;
    return (happening) => {
      if (happening.kind === "fault begins") standInMs += STAND_IN_MS[happening.name] ?? 0;
      if (happening.kind === "asked") truth.asked(happening.asked);
      if (happening.kind === "ledger written") truth.written(happening.pk, happening.item);
      const fence = automaticFence(happening);
      return fence === undefined ? undefined : missing(fence.after, truth, standInMs);
    };
  },
};

function missing({ reason }: Control, truth: Truth, standInMs: number): string | undefined {
  const bad = truth.count(BAD_PROBES_IN_ROW, hasBadProbe);
  const silentMs = truth.longestSilenceMs();
  const isLost = bad >= BAD_PROBES_IN_ROW && silentMs > ALIVE_STALE_SECONDS * 1000;
  const flaps = truth.count(
    LOOKS_KEPT + 1,
    (slot) => hasBadProbe(slot) && slot.silentMs > FLAPPING_ALIVE_STALE_SECONDS * 1000,
  );
  const { idleMs, newestMs } = truth.idle();
  // Refused canary orders may lie between those that failed.
  const canaries = truth.count(LOOKS_KEPT, ({ canaries }) => canaries.some(isBad));
  const staleMs = PROGRESS_STALE_SECONDS * 1000 - standInMs;
  const isStopped =
    (idleMs > staleMs && truth.longestWaitMs() > staleMs) ||
    (newestMs > staleMs && canaries >= FAILED_CANARIES);
  if (isLost || flaps >= FLAPPING_BAD_SLOTS || isStopped) return undefined;
  return (
    `"${reason}": ${bad} bad looks, silent for ${silentMs} ms, ${flaps} flaps, ` +
    `not settling for ${idleMs} ms, nothing newer for ${newestMs} ms, ${canaries} canaries failed`
  );
}
