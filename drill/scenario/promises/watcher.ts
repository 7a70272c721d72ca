import type { Happening, Kind } from "../../world/happenings";
import type { World } from "../../world/world";
import type { Schedule } from "../schedule";

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
