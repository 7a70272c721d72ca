import type { World } from "../../world/world";
import type { Schedule } from "../schedule";
import type { Broken, Watcher } from "./watcher";

/** Checks all watching promises while a world plays and keeps the first breach of each. */
export class Watch {
  private readonly found = new Map<string, Broken>();

  constructor(world: World, ledgerTable: string, schedule: Schedule, watchers: readonly Watcher[]) {
    const { homeRegion: home, standbyRegion: standby } = world.base.program;
    const scene = { world, ledgerTable, schedule, home, standby };
    for (const { name, kinds, watch } of watchers) {
      const see = watch(scene);
      world.base.watch((happening) => {
        const seen = see(happening);
        if (seen === undefined || this.found.has(name)) return;
        this.found.set(name, { name, seen, atMs: world.base.nowMs });
        world.base.simulation.trace.line("BROKEN", `${name}: ${seen}`);
      }, kinds);
    }
  }

  get broken(): Broken[] {
    return [...this.found.values()];
  }
}
