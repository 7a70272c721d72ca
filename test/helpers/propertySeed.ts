import * as fc from "fast-check";

/**
 * The cases of a property test are the same in every run, so that a change is never blamed for a case
 * that nobody had drawn before. `PROPERTY_SEED=N npm test` draws others, as `npm run fuzz` does.
 */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
