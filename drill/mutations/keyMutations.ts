import type { Mutation } from "../mutation";

const file = "lambda/auth/keyCache.ts";

/** A source that answers nonsense for a moment makes functions forget the keys that they have. */
export const keysForgotten: Mutation = {
  name: "keys are forgotten when reading fails",
  sources: [
    { file, from: "      failure = error;", to: "      failure = error;\n      good = null;" },
  ],
};

/** Without keys, every token waits for a read of its own. */
export const failedReadsForgotten: Mutation = {
  name: "failed reads of keys are not remembered",
  sources: [
    {
      file,
      from: "const waitSeconds = usable() === null ? KEY_RETRY_SECONDS : maxAgeSeconds;",
      to: "const waitSeconds = usable() === null ? 0 : maxAgeSeconds;",
    },
  ],
};

/** A token that looks like the provider's makes every check read the keys again. */
export const unknownKeysReadAtOnce: Mutation = {
  name: "each unknown key is looked for at once",
  sources: [
    {
      file: "lambda/auth/tunables.ts",
      from: "export const UNKNOWN_KEY_REFRESH_SECONDS = 10;",
      to: "export const UNKNOWN_KEY_REFRESH_SECONDS = 0;",
    },
  ],
};
