import type { Log } from "../runtime/log";
import { KEY_REFRESH_SECONDS, KEY_RETRY_SECONDS, KEYS_KEPT_SECONDS } from "./tunables";

/** Returns keys that were read at most so long ago, or the last ones if reading fails. */
export type CachedKeys<Keys> = (maxAgeSeconds?: number) => Promise<Keys>;

/**
 * Caches keys. Callers share one read. If a read fails, the last good keys are used for
 * KEYS_KEPT_SECONDS. Without such keys, the failure is remembered for KEY_RETRY_SECONDS: otherwise
 * every token would wait for a read of its own.
 */
export function cachedKeys<Keys>(
  { nowMs, log }: { nowMs: () => number; log: Pick<Log, "error"> },
  read: () => Promise<Keys>,
): CachedKeys<Keys> {
  let good: { keys: Keys; atMs: number } | null = null;
  let triedMs = -Infinity;
  let failure: unknown;
  let reading: Promise<void> | null = null;

  const usable = () =>
    good !== null && nowMs() - good.atMs <= KEYS_KEPT_SECONDS * 1000 ? good : null;

  async function refresh(): Promise<void> {
    const atMs = nowMs();
    try {
      good = { keys: await read(), atMs };
    } catch (error) {
      failure = error;
      if (usable() !== null) log.error("keys could not be read; the last ones are used", error);
    }
    triedMs = nowMs();
    reading = null;
  }

  return async (maxAgeSeconds = KEY_REFRESH_SECONDS) => {
    const waitSeconds = usable() === null ? KEY_RETRY_SECONDS : maxAgeSeconds;
    if (nowMs() - triedMs >= waitSeconds * 1000) reading ??= refresh();
    await reading;
    const last = usable();
    if (last === null) throw failure;
    return last.keys;
  };
}
