import type { Mutation } from "../mutation";

/** Nobody compares the control item's epoch with the database's. */
export const epochsNotCompared: Mutation = {
  name: "a wrong epoch stays",
  sources: [
    {
      file: "lambda/failover/decide.ts",
      from: "if (database.epoch === control.epoch) return null;",
      to: "return null;",
    },
  ],
};

/** A loop knows only what the ledger tells it. */
export const loopsForget: Mutation = {
  name: "loops remember nothing",
  sources: [
    {
      file: "lambda/handlers/sentinel.ts",
      from: "const known = stored.looks.length === 0 && isKept ? remembered : stored;",
      to: "const known = isKept ? stored : stored;",
    },
  ],
};
