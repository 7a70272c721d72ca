import type { Happening, Kind } from "../../world/happenings";
import type { World } from "../../world/world";
import type { Schedule } from "../schedule";
import { allWatchers } from "./watchers";

/** A promise that was seen broken. */
export interface Broken {
  name: string;
  seen: string;
  /** The moment it was seen; absent for what only the end shows. */
  atMs?: number;
}

/** What a watching promise may look at. */
export interface Scene {
  readonly world: World;
  readonly ledgerTable: string;
  readonly schedule: Schedule;
  readonly home: string;
  readonly standby: string;
}

/** A promise that is held as things happen: says what it saw, or nothing. */
export interface Watcher {
  readonly name: string;
  /** What it looks at; everything that happens unless given. */
  readonly kinds?: readonly Kind[];
  /** A new watch for one outage. */
  watch: (scene: Scene) => (happening: Happening) => string | undefined;
}

/** Holds all watching promises against a world as it goes; of each the first breach is kept. */
export class Watch {
  private readonly found = new Map<string, Broken>();

  constructor(
    world: World,
    ledgerTable: string,
    schedule: Schedule,
    watchers: readonly Watcher[] = allWatchers(),
  ) {
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
