import { type Exploration, explore } from "./explore";
import type { Scene } from "./scene";

/** What a worker thread of the model does. */
export function exploreScene({ scene, limit }: { scene: Scene; limit: number }): Exploration {
  return explore(scene, limit);
}
