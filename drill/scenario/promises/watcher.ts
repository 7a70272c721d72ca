import type { Happening, Kind } from "../../world/happenings";
import type { World } from "../../world/world";
import type { Schedule } from "../schedule";

/** A promise that was seen broken. */
export interface Broken {
  name: string;
  seen: string;
  /** When it was seen; absent for a promise that is checked at the end. */
  atMs?: number;
}

/** What a watching promise may read. */
export interface Scene {
  readonly world: World;
  readonly ledgerTable: string;
  readonly schedule: Schedule;
  readonly home: string;
  readonly standby: string;
}

/** A promise that is checked during the outage. It returns what was broken, or nothing. */
export interface Watcher {
  readonly name: string;
  /** The kinds of events it reads; all by default. */
  readonly kinds?: readonly Kind[];
  /** Creates the check for one outage. */
  watch: (scene: Scene) => (happening: Happening) => string | undefined;
}
