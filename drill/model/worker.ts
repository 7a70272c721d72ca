import { type Exploration, explore } from "./explore";
import type { Scene } from "./scene";

/** The function of the model's worker threads. */
export function exploreScene({ scene, limit }: { scene: Scene; limit: number }): Exploration {
  return explore(scene, limit);
}
