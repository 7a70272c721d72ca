import { orderIdOf } from "../runtime/ledgerKeys";
import type { LedgerStatement } from "../runtime/statements";
import type { OrderItem, WorkEntry } from "./orderItem";

/**
 * Records that an epoch has settled an order. It is refused if another epoch has settled the order
 * since it was read, or if the order was deleted.
 */
export function marking(
  table: string,
  { pk, fingerprint, settledEpoch }: OrderItem,
  epoch: number,
): LedgerStatement {
  const start = `UPDATE "${table}" SET "settledEpoch" = ? WHERE "pk" = ? AND "fingerprint" = ?`;
  return settledEpoch === undefined
    ? { text: `${start} AND "settledEpoch" IS MISSING`, parameters: [epoch, pk, fingerprint] }
    : { text: `${start} AND "settledEpoch" < ?`, parameters: [epoch, pk, fingerprint, epoch] };
}

/**
 * Closes an open order whose row has been replicated to the region that is not active. The ledger's
 * order must have the row's fingerprint: after its pruning, an id may have been used again.
 */
export function closing(
  table: string,
  { pk, shard }: WorkEntry,
  rowFingerprint: string,
  closedAt: string,
): LedgerStatement {
  return {
    text: `UPDATE "${table}" SET "shard" = ? SET "at" = ? WHERE "pk" = ? AND "shard" = ? AND "fingerprint" = ?`,
    parameters: [shard.replace("open#", "closed#"), closedAt, pk, shard, rowFingerprint],
  };
}

/** The statements that close those of the entries that have a row. */
export function closingOfSeen(
  table: string,
  entries: readonly WorkEntry[],
  fingerprints: ReadonlyMap<string, string>,
  closedAt: string,
): LedgerStatement[] {
  return entries.flatMap((entry) => {
    const fingerprint = fingerprints.get(orderIdOf(entry.pk));
    return fingerprint === undefined ? [] : [closing(table, entry, fingerprint, closedAt)];
  });
}

/** Deletes a closed order, unless it has changed since the index was read. */
export function deletion(table: string, { pk, shard, at }: WorkEntry): LedgerStatement {
  return {
    text: `DELETE FROM "${table}" WHERE "pk" = ? AND "shard" = ? AND "at" = ?`,
    parameters: [pk, shard, at],
  };
}
