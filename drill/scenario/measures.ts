import type { PlacedOrder } from "./orderBook";

/** Service counts as restored once this share of orders succeeds for this long. */
export const RESTORED_SHARE = 0.99;
export const RESTORED_WINDOW_MS = 30_000;
/** An order that settles later than this after it was placed was not settled promptly. */
export const PROMPT_MS = 5_000;

export interface Recovery {
  /** From the fault to the first order of the first good window; null if there is none. */
  seconds: number | null;
  /** From the fault to the first success of an order that was placed after it. */
  firstSeconds: number | null;
}

/**
 * Finds the first 30 s in which at least 99 % of the orders succeed, and how long clients waited
 * for it. A single order that succeeds is not a recovery; it is reported separately. @param
 * doneAtMs when an order succeeded promptly; null if it did not
 */
export function recovery(
  orders: readonly PlacedOrder[],
  faultMs: number,
  doneAtMs: (order: PlacedOrder) => number | null,
): Recovery {
  const after: PlacedOrder[] = [];
  const done: (number | null)[] = [];
  let firstMs = Infinity;
  for (const order of orders) {
    if (order.placedAtMs < faultMs) continue;
    const atMs = doneAtMs(order);
    after.push(order);
    done.push(atMs);
    if (atMs !== null && atMs < firstMs) firstMs = atMs;
  }
  const lastMs = after.at(-1)?.placedAtMs ?? faultMs;
  const first = firstMs === Infinity ? null : (firstMs - faultMs) / 1000;
  let to = 0;
  let good = 0;
  for (let from = 0; from < after.length; from++) {
    const endMs = after[from]!.placedAtMs + RESTORED_WINDOW_MS;
    if (endMs > lastMs) break;
    for (; to < after.length && after[to]!.placedAtMs < endMs; to++) if (done[to] !== null) good++;
    const atMs = done[from]!;
    if (atMs !== null && good >= RESTORED_SHARE * (to - from)) {
      return { seconds: (atMs - faultMs) / 1000, firstSeconds: first };
    }
    if (atMs !== null) good--;
  }
  return { seconds: null, firstSeconds: first };
}
