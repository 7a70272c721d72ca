import type { Runtime } from "../runtime/runtime";

/** The part of the runtime that every function has. */
export const base: Pick<Runtime, "env" | "clock" | "write"> = {
  env: process.env,
  clock: {
    nowMs: () => Date.now(),
    timer: (delayMs, fire) => {
      const timer = setTimeout(fire, delayMs);
      return () => clearTimeout(timer);
    },
  },
  write: (line) => process.stdout.write(`${line}\n`),
};
