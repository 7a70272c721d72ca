import type { Control, Progress } from "../shipped";
import type { World } from "../world/world";

/** A region's latest sign of life. */
export interface Alive {
  readonly atMs: number;
}

/** The control item, for observers outside the simulated platform. */
export function controlIn(world: World, ledgerTable: string): Control | undefined {
  return world.dynamodb.peek(ledgerTable, "control") as Control | undefined;
}

/** The latest settlement progress that a region has written. */
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
