import { randomUUID } from "node:crypto";
import type { Runtime } from "../shared/runtime";

/** What every function has: environment, clock, identifiers, standard output. */
export const base: Pick<Runtime, "env" | "clock" | "newId" | "write"> = {
  env: process.env,
  clock: {
    nowMs: () => Date.now(),
    timer: (delayMs, fire) => {
      const timer = setTimeout(fire, delayMs);
      return () => clearTimeout(timer);
    },
  },
  newId: randomUUID,
  write: (line) => process.stdout.write(`${line}\n`),
};
