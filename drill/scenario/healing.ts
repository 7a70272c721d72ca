import type { Control } from "../shipped";
import type { World } from "../world/world";
import type { Journal } from "./journal";
import type { Acknowledged, OrderBook } from "./orderBook";
import { controlIn } from "./ledgerItems";

/** In a healed world, an order acknowledged this long ago must be settled. */
export const SETTLED_AFTER_MS = 15_000;
/** After this long it must also have been seen in the other region, and be closed. */
const CLOSED_AFTER_MS = 120_000;

/** Orders that should be settled in the current epoch or closed by now, and are not. */
export function undone(world: World, book: OrderBook, ledgerTable: string): string[] {
  const isUndone = undoneNow(world, ledgerTable);
  return due(world, book)
    .filter(isUndone)
    .map(({ orderId }) => orderId);
}

/** Acknowledged orders that are due, newest first: most unfinished orders are new. */
function due({ base }: World, book: OrderBook): Acknowledged[] {
  return book.acknowledgedBefore(base.nowMs - SETTLED_AFTER_MS).reverse();
}

/**
 * Returns the due orders that are unfinished. A closed order is finished in whichever epoch it was
 * settled.
 */
function undoneNow(world: World, ledgerTable: string) {
  const { base, dynamodb } = world;
  const control = controlIn(world, ledgerTable);
  const closedMs = base.nowMs - CLOSED_AFTER_MS;
  return ({ orderId, atMs }: Acknowledged): boolean => {
    const item = dynamodb.peek(ledgerTable, `order#${orderId}`);
    if (String(item?.["shard"]).startsWith("closed#")) return false;
    return atMs < closedMs || item?.["settledEpoch"] !== control?.epoch;
  };
}

/** The region that DNS currently answers with. */
export function regionInDns(world: World): string | undefined {
  const [record] = world.base.program.records;
  return record && world.apis.find(world.route53.resolve(record.name).host)?.region;
}

/**
 * Steps that follow every takeover, however late, and have not happened yet: notifying people and
 * changing the health check.
 */
export function owed(world: World, { controls, published }: Journal, control: Control): string[] {
  const { base, route53 } = world;
  const { epoch, active } = control;
  const isStart = epoch === 1;
  const isFenced = controls.some((seen) => seen.control.epoch === epoch && !seen.control.active);
  // For a takeover before the outage, people were notified before the outage.
  const isTold =
    !isFenced || published.some((subject) => subject === `${active} is active (epoch ${epoch})`);
  const isAway = active === base.program.standbyRegion;
  return [
    ...(isStart || isTold ? [] : [`nobody was told that ${active} is active`]),
    ...(isStart || control.notifiedEpoch === epoch ? [] : ["the notice is not noted"]),
    ...(!isAway || control.repointedEpoch === epoch || route53.isControlPlaneDown
      ? []
      : [`home's health check is not pointed past epoch ${epoch}`]),
  ];
}

/** Everything has healed, so the outage may end. */
export function isHealed(
  world: World,
  book: OrderBook,
  journal: Journal,
  ledgerTable: string,
): boolean {
  const control = controlIn(world, ledgerTable);
  if (control === undefined || control.active === null || control.target !== null) return false;
  if (!world.aurora.isWhole || regionInDns(world) !== control.active) return false;
  if (owed(world, journal, control).length > 0) return false;
  return !due(world, book).some(undoneNow(world, ledgerTable));
}
