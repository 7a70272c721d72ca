import type { Control, Progress } from "../shipped";
import type { World } from "../world/world";

/** A region's last sign of life. */
export interface Alive {
  readonly atMs: number;
}

/** Where the platform says it stands, for those who watch the world from outside. */
export function controlIn(world: World, ledgerTable: string): Control | undefined {
  return world.dynamodb.peek(ledgerTable, "control") as Control | undefined;
}

/** What a region last wrote of its settling. */
export function progressIn(
  world: World,
  ledgerTable: string,
  region: string,
): Progress | undefined {
  return world.dynamodb.peek(ledgerTable, `progress#${region}`) as Progress | undefined;
}

export function aliveIn(world: World, ledgerTable: string, region: string): Alive | undefined {
  return world.dynamodb.peek(ledgerTable, `alive#${region}`) as Alive | undefined;
}
