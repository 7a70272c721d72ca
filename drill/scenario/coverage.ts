import type { World } from "../world/world";
import type { Schedule } from "./schedule";
export type Counters = Record<string, number>;
export class Coverage {
  readonly counters: Counters = {};
  constructor(_world: World, _schedule: Schedule) {}
}
