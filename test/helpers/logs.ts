import type { Log } from "../../lambda/runtime/log";

/** A log that writes nothing, for tests that do not read it. */
export const noLog: Log = { info: () => {}, error: () => {}, metrics: () => {} };

/** A log that keeps the messages of its errors. */
export function errorLog(): Log & { readonly errors: string[] } {
  const errors: string[] = [];
  return { ...noLog, errors, error: (message) => void errors.push(message) };
}
