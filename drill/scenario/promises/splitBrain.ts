import type { World } from "../../world/world";
import type { Watcher } from "./watcher";

/** If a database took no rows for longer than this, it had stopped in between. */
const PAUSE_MS = 30_000;

/** Measures how long databases of two regions were both written in one world. */
class Meter {
  splitMs = 0;
  private newest: { region: string; right: number } | undefined;
  private readonly known = new Set<string>();
  private lastMs = 0;

  /** @returns whether these rows were written to a database that another region's has replaced. */
  committed(region: string, right: number, nowMs: number): boolean {
    const isFirst = !this.known.has(`${region} ${right}`);
    this.known.add(`${region} ${right}`);
    // Under one right, the region that writes later is the newer one.
    if (isFirst && right >= (this.newest?.right ?? 0)) {
      this.newest = { region, right };
      this.lastMs = nowMs;
      return false;
    }
    if (region === this.newest?.region) return false;
    this.splitMs += Math.min(nowMs - this.lastMs, PAUSE_MS);
    this.lastMs = nowMs;
    return true;
  }
}

const meters = new WeakMap<World, Meter>();

/** The seconds that the watcher below has measured in a world. */
export function splitBrainSeconds(world: World): number {
  return (meters.get(world)?.splitMs ?? 0) / 1000;
}

/**
 * Split brain, measured at the databases themselves. It begins when a region's database takes rows
 * under a newer right, or as the second region under the same right. From then on, every second
 * counts in which another region's database still takes rows under an older right. Each such batch
 * of rows counts the time since the batch before it, at most PAUSE_MS. Rows written before the
 * first row of the new right do not count, because their database had not been replaced yet.
 */
export const oneDatabase: Watcher = {
  name: "no two databases take rows at once",
  kinds: ["rows committed"],
  watch: ({ world }) => {
    const meter = new Meter();
    meters.set(world, meter);
    return (happening) => {
      if (happening.kind !== "rows committed" || happening.rows.length === 0) return undefined;
      const { region, right } = happening;
      if (!meter.committed(region, right, world.base.nowMs)) return undefined;
      return `rows in ${region} under the right of epoch ${right}, after another region's newer ones`;
    };
  },
};
