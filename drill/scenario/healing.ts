import type { Control } from "../shipped";
import type { World } from "../world/world";
import type { Journal } from "./journal";
import type { Acknowledged, OrderBook } from "./orderBook";
import { controlIn } from "./ledgerItems";

/** An order acknowledged this long ago must be settled, in a world that has healed. */
export const SETTLED_AFTER_MS = 15_000;
/** And after this long also seen in the other region, and closed. */
const CLOSED_AFTER_MS = 120_000;

/** Orders that should be settled in the present epoch by now, or closed, and are not. */
export function undone(world: World, book: OrderBook, ledgerTable: string): string[] {
  const isUndone = undoneNow(world, ledgerTable);
  return due(world, book)
    .filter(isUndone)
    .map(({ orderId }) => orderId);
}

/** Of the orders that are not done most are new: the last are asked for first. */
function due({ base }: World, book: OrderBook): Acknowledged[] {
  return book.acknowledgedBefore(base.nowMs - SETTLED_AFTER_MS).reverse();
}

/** Of orders that are due: what is closed was settled and seen elsewhere, in whichever epoch. */
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

/** The region that DNS answers now. */
export function regionInDns(world: World): string | undefined {
  const [record] = world.base.program.records;
  return record && world.apis.find(world.route53.resolve(record.name).host)?.region;
}

/** What follows every takeover by itself, however late, and has not come: people, Route 53. */
export function owed(world: World, { controls, published }: Journal, control: Control): string[] {
  const { base, route53 } = world;
  const { epoch, active } = control;
  const isStart = epoch === 1;
  const isFenced = controls.some((seen) => seen.control.epoch === epoch && !seen.control.active);
  // Of a takeover before the outage people were told before it.
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

/** Nothing is left to wait for: the end may be looked at. */
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
