import { constants } from "node:os";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Registers what is undone when the process is interrupted. Everything registered is undone before
 * the process ends.
 * @returns a function that withdraws it
 */
export function onInterrupt(undo: () => Promise<unknown>): () => void {
  if (undos.size === 0) for (const signal of signals) process.on(signal, end);
  undos.add(undo);
  return () => {
    undos.delete(undo);
    if (undos.size === 0) for (const signal of signals) process.off(signal, end);
  };
}

const undos = new Set<() => Promise<unknown>>();

function end(signal: NodeJS.Signals): void {
  process.stderr.write(`dr: ${signal}; undoing what was set\n`);
  const code = 128 + constants.signals[signal];
  void Promise.allSettled([...undos].map((undo) => undo())).then(() => process.exit(code));
}
