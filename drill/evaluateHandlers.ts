import type { HandlerFactory } from "./world/environment";

export type Handlers = Readonly<Record<string, HandlerFactory>>;

/** The name of the handlers' source in stack traces and profiles. */
export const HANDLERS_URL = "handlers";

/**
 * Returns the factories in a bundle of the handlers. A worker receives a bundle and needs no
 * bundler.
 */
export function evaluateHandlers(bundle: string): Handlers {
  const loaded: { exports: Record<string, HandlerFactory> } = { exports: {} };
  // Evaluated in this realm, so that `instanceof Error` means the same on both sides.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const evaluate = new Function(
    ...["module", "exports", "require"],
    `${bundle}\n//# sourceURL=${HANDLERS_URL}`,
  ) as (...given: unknown[]) => void;
  evaluate(loaded, loaded.exports, require);
  return { ...loaded.exports };
}
