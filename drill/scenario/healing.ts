import type { Control } from "../../lambda/shared/control";
import type { World } from "../world/world";
import type { OrderBook } from "./orderBook";

/** An order acknowledged this long ago must be settled, seen and closed. */
export const DONE_AFTER_MS = 120_000;

/** Orders that should be settled, seen and closed by now, or rejected, and are not. */
export function undone(world: World, book: OrderBook, ledgerTable: string): string[] {
  return book
    .acknowledgedBefore(world.base.nowMs - DONE_AFTER_MS)
    .filter((orderId) => isUndone(world, orderId, ledgerTable));
}

function isUndone(world: World, orderId: string, ledgerTable: string): boolean {
  const item = world.dynamodb.peek(ledgerTable, `order#${orderId}`);
  const isRejected = item?.["rejectedReason"] !== undefined;
  return !isRejected && !String(item?.["shard"]).startsWith("closed#");
}

/** The region that DNS answers now. */
export function regionInDns(world: World): string | undefined {
  const [record] = world.base.program.records;
  return record && world.apis.find(world.route53.resolve(record.name).host)?.region;
}

/** Nothing is left to wait for: the end may be looked at. */
export function isHealed(world: World, book: OrderBook, ledgerTable: string): boolean {
  const control = world.dynamodb.peek(ledgerTable, "control") as Control | undefined;
  if (control === undefined || control.active === null || control.target !== null) return false;
  if (!world.aurora.isWhole || regionInDns(world) !== control.active) return false;
  // Of the orders that are not done most are new: the last are asked for first.
  return !book
    .acknowledgedBefore(world.base.nowMs - DONE_AFTER_MS)
    .reverse()
    .some((orderId) => isUndone(world, orderId, ledgerTable));
}
