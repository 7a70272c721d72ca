import { KEYS_MAX } from "../../lambda/auth/tunables";

/** A key as the secret has it. The first signs, all verify. */
export interface StoredKey {
  readonly kid: string;
  readonly key: string;
}

/** The id of a key that is created now: later ids are greater. */
export function kidAt(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** When a key was created; undefined for the first keys of a stack, which have no date. */
function createdMs(kid: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(kid);
  if (!parts) return undefined;
  const [year, month, ...rest] = parts.slice(1).map(Number);
  return Date.UTC(year!, month! - 1, ...(rest as [number, number, number, number]));
}

/** Whether the second key is newer: an earlier rotation was interrupted before it signed. */
export function isPrepared([first, second]: readonly StoredKey[]): boolean {
  const created = second && createdMs(second.kid);
  return created !== undefined && created > (createdMs(first!.kid) ?? -Infinity);
}

/**
 * The keys with a new one that verifies and does not sign yet. Keys whose last token has expired are
 * left out: a key stopped signing no later than the next newer key was created and distributed.
 */
export function withNewKey(
  keys: readonly StoredKey[],
  created: StoredKey,
  lifetimeMs: number,
  nowMs: number,
): StoredKey[] {
  const kept = keys.slice(1).filter((_, index) => {
    const newer = keys.slice(0, index + 1).flatMap(({ kid }) => createdMs(kid) ?? []);
    const retired = newer.at(-1);
    return retired === undefined || retired + lifetimeMs > nowMs;
  });
  return [keys[0]!, created, ...kept].slice(0, KEYS_MAX);
}

/** The second key signs from now on; the first still verifies. */
export function promoted([first, second, ...others]: readonly StoredKey[]): StoredKey[] {
  return [second!, first!, ...others];
}
