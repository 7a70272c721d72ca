import type { Runtime } from "../runtime/runtime";

/** What every function has: environment, clock, standard output. */
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
